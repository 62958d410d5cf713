// A capture of one vNIC of a live network, written to a descriptor (a file, a pipe to tshark) by a
// thread of its own, so that a slow reader never holds up the network: what does not fit into the
// buffer meanwhile is left out, whole packets at a time, and counted.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <ostream>
#include <streambuf>
#include <string>
#include <thread>

#include "core/pcapng.h"
#include "datapath/agent/live_network.h"
#include "datapath/reactor/file_descriptor.h"

namespace violin {

class CaptureStream {
 public:
  static constexpr std::size_t kMostWaiting = 16 << 20;  // bytes

  // Captures `nic` ("vHost1.eth0", "violin1/vHost1.eth0") from now on. Throws std::runtime_error if
  // there is none, or it is captured already.
  CaptureStream(LiveNetwork& live, const std::string& nic, FileDescriptor to);
  CaptureStream(const CaptureStream&) = delete;
  CaptureStream& operator=(const CaptureStream&) = delete;
  // Ends it; what waits is still written unless its reader has gone.
  ~CaptureStream();

  bool reader_gone();
  std::uint64_t left_out();

 private:
  // A pcapng block comes as one write.
  class Buffer final : public std::streambuf {
   public:
    explicit Buffer(CaptureStream& stream) : stream_(stream) {}
    std::streamsize xsputn(const char* bytes, std::streamsize count) override;
    int_type overflow(int_type) override { return traits_type::eof(); }

   private:
    CaptureStream& stream_;
  };

  void write_out();

  LiveNetwork& live_;
  std::string nic_;
  FileDescriptor to_;
  Buffer buffer_{*this};
  std::ostream stream_{&buffer_};
  std::mutex mutex_;  // guards what follows, up to the thread
  std::condition_variable changed_;
  std::string waiting_;
  std::uint64_t left_out_ = 0;
  bool ended_ = false;
  bool gone_ = false;
  std::thread thread_;
  std::optional<PcapngWriter> writer_;  // the kernel's
};

}  // namespace violin
