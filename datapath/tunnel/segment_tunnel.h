// VIOLIN's own tunnel between two overlay hosts: any number of channels, each a virtual link's
// FramePort, over segments that are sent as trains (segment.h has the format and why).
//
//   SegmentEndpoint: the overlay host's one UDP socket
//     +-- SegmentTunnel to overlay host 2: tokens, sequence, path MTU, keep-alive, measurement
//     |     +-- SegmentChannel 7 <--> vSwitch port, link, ...
//     |     '-- SegmentChannel 9
//     '-- SegmentTunnel to overlay host 3 ...
//
// Frames up to ChunkHeader::kLargestFrame cross whole whatever the path MTU. What is sent in a
// round of the reactor leaves at its end, without waiting for more.
//
// A segment is taken if its tunnel is known, its source is the peer's address, its token is right,
// and it is new; else it is counted (kUnknownPeer and kBadTunnel in the endpoint's books, kReplayed
// in the tunnel's) and nothing else happens. Frames of unknown channels are kDetached, frames that
// lost a piece kReassembly, in the tunnel's books.
//
// A peer that begins anew is known by its later epoch, so its wall clock must not go back between
// two beginnings with the same tokens.
//
// For the kernel's thread. Kernel and reactor outlive the endpoint. No object is removed while it
// hands frames over.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "datapath/frame_port.h"
#include "datapath/reactor/reactor.h"
#include "datapath/tunnel/path_mtu.h"
#include "datapath/tunnel/round_trip.h"
#include "datapath/tunnel/segment_packer.h"
#include "datapath/tunnel/segment_unpacker.h"
#include "datapath/tunnel/segment_window.h"
#include "datapath/udp/datagram_intake.h"
#include "datapath/udp/train_outlet.h"

namespace violin {

class SegmentEndpoint;
class SegmentTunnel;

class SegmentChannel final : public FramePort {
 public:
  // Made by SegmentTunnel::open().
  SegmentChannel(SegmentTunnel& tunnel, Kernel& kernel, std::string name, ChannelId id);

  // Sends into the tunnel, at the end of the reactor's round.
  void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override;
  std::uint64_t queued() const override;
  ChannelId id() const { return id_; }

 private:
  friend class SegmentEndpoint;
  friend class SegmentTunnel;
  void hand_over_arrived(TimePoint now);

  SegmentTunnel& tunnel_;
  ChannelId id_;
  std::vector<Frame> arrived_;
};

struct SegmentTunnelOptions {
  std::uint32_t id = 0;  // the same at both ends, once at each endpoint
  UdpAddress peer;
  std::uint64_t send_token = 0;     // the peer's receive_token
  std::uint64_t receive_token = 0;  // a secret of those two
  Duration keep_alive = std::chrono::seconds(1);
  PathMtuOptions path_mtu;
};

struct SegmentTunnelStatistics {
  bool up = false;               // the peer answers
  std::size_t segment_size = 0;  // in use: the path MTU less IPv4's and UDP's headers
  RoundTrip round_trip;
  SegmentWindow::Counters received;  // of what the peer sent: loss, reordering, duplication
  std::uint64_t sent = 0;            // segments
  std::uint64_t peer_received = 0;   // of these, as the peer last told
  std::uint64_t peer_lost = 0;
};

class SegmentTunnel final : public Component,
                            private TrainSink,
                            private FrameTaker,
                            private Flusher {
 public:
  // Made by SegmentEndpoint::connect().
  SegmentTunnel(SegmentEndpoint& endpoint, Kernel& kernel, std::string name,
                const SegmentTunnelOptions& options);
  ~SegmentTunnel() override;

  // The channel's id is open once in a tunnel (std::invalid_argument).
  SegmentChannel& open(ChannelId id, std::string name);
  // Sends what waits first; its books go with it.
  void close(SegmentChannel& channel);

  SegmentTunnelStatistics statistics() const;
  // Is told when the peer begins to answer (true), and when it has not for 3 keep-alives (false).
  void on_change(std::function<void(bool up)> told) { on_change_ = std::move(told); }
  const SegmentTunnelOptions& options() const { return options_; }
  std::uint64_t queued() const override { return 0; }

 private:
  friend class SegmentChannel;
  friend class SegmentEndpoint;

  // What has come.
  void receive(const SegmentHeader& header, Frame&& segment, TimePoint now);
  void on_control(const SegmentHeader& header, std::span<const std::uint8_t> body, TimePoint now);
  bool is_new(const SegmentHeader& header);
  void take(ChannelId channel, Frame&& frame) override;
  void on_hello(const HelloBody& hello, TimePoint now);
  void on_echo(const HelloBody& echo, TimePoint now);
  void on_probe(std::size_t size);
  void count_drop(std::uint64_t number, Drop reason);

  // What goes.
  std::optional<Drop> send_train(std::span<const iovec> train, std::size_t size,
                                 std::size_t each) override;
  void flush_later();
  void flush(TimePoint now) override;
  void send_hello(SegmentKind kind, std::uint64_t timestamp);
  void send_probe(PathMtu::Probe size);
  std::optional<int> send_apart(SegmentHeader header, std::span<const std::uint8_t> body);

  // What time brings.
  void beat();
  void probe();
  void use_path_mtu();
  void set_up(bool up);
  Duration patience() const;

  SegmentEndpoint& endpoint_;
  SegmentTunnelOptions options_;
  TrainOutlet outlet_;
  SegmentPacker packer_;
  SegmentUnpacker unpacker_;
  SegmentWindow window_;
  PathMtu path_mtu_;
  RoundTrip round_trip_;
  std::unordered_map<ChannelId, std::unique_ptr<SegmentChannel>> channels_;
  SegmentChannel* last_ = nullptr;  // found last
  bool flush_asked_ = false;
  bool suspicious_ = false;  // a train was too large for the system

  bool up_ = false;
  TimePoint answered_{};
  std::uint64_t peer_epoch_ = 0;
  std::uint64_t sent_ = 0;  // segments without frames
  std::uint64_t received_data_ = 0;
  std::uint64_t probes_sent_ = 0;
  std::uint64_t last_probe_ = 0;  // of the peer's probes and their echoes, which are no data and
  std::uint64_t last_probe_echo_ = 0;  // have numbers of their own: losing them is no loss
  HelloBody peer_report_;
  std::uint64_t data_at_hello_ = 0;  // data segments sent before the last hello
  std::uint64_t data_at_echo_ = 0;   // and before the one whose echo came last
  std::function<void(bool)> on_change_;
  Timer beat_timer_;
  Timer probe_timer_;
};

class SegmentEndpoint final : public Component, private ReactorSource {
 public:
  // Throws std::system_error as DatagramSocket does.
  SegmentEndpoint(Kernel& kernel, Reactor& reactor, std::string name, UdpAddress local,
                  DatagramSocketOptions options = {});
  ~SegmentEndpoint() override;

  // Ids are given once (std::invalid_argument).
  SegmentTunnel& connect(std::string name, const SegmentTunnelOptions& options);
  // With its channels, whose books go with it.
  void disconnect(SegmentTunnel& tunnel);

  const DatagramSocket& socket() const { return socket_; }
  UdpAddress local() const { return socket_.local(); }
  // Brings the count of overruns (kSocketOverrun) up to date. A lost train counts as one; what it
  // held is in the peer's and the tunnel's count of lost segments.
  void count_overruns();
  std::uint64_t queued() const override { return 0; }

 private:
  friend class SegmentTunnel;
  friend class SegmentChannel;
  static constexpr int kBatches = 4;  // of segments, or trains, in a round
  void on_readable(TimePoint now) override;
  void take(const UdpAddress& source, Frame&& segment, TimePoint now);
  SegmentTunnel* find(std::uint32_t id);
  void touch(SegmentChannel& channel) { touched_.push_back(&channel); }
  void forget(SegmentChannel& channel);
  void hand_over(TimePoint now);
  void count_drop(std::uint64_t number, Drop reason);

  Reactor& reactor_;
  DatagramSocket socket_;
  DatagramIntake intake_;
  std::unordered_map<std::uint32_t, std::unique_ptr<SegmentTunnel>> tunnels_;
  SegmentTunnel* last_ = nullptr;         // found last
  std::vector<SegmentChannel*> touched_;  // have arrived_ frames; nullptr: closed
};

}  // namespace violin
