#include "datapath/agent/capture_stream.h"

#include <cerrno>
#include <chrono>
#include <stdexcept>

namespace violin {

namespace {

Duration since_1970() { return std::chrono::system_clock::now().time_since_epoch(); }

std::pair<Node*, Nic*> find_nic(LiveNetwork& live, const std::string& reference) {
  const std::size_t dot = reference.rfind('.');
  Node* node = live.builder().find(reference.substr(0, dot));
  Nic* nic = node == nullptr || dot == std::string::npos
                 ? nullptr
                 : node->find_nic(reference.substr(dot + 1));
  if (nic == nullptr) {
    throw std::runtime_error("there is no vNIC '" + reference + "'; it is named as vHost1.eth0");
  }
  return {node, nic};
}

}  // namespace

CaptureStream::CaptureStream(LiveNetwork& live, const std::string& nic, FileDescriptor to)
    : live_(live), nic_(nic), to_(std::move(to)) {
  live_.on_kernel([&] {
    const auto [node, found] = find_nic(live_, nic_);
    if (live_.network().captured(*node, found->port)) {
      throw std::runtime_error("'" + nic_ + "' is being captured already");
    }
    writer_.emplace(stream_, nic_, since_1970() - live_.kernel().now().time_since_epoch());
    live_.network().capture(*node, found->port, *writer_);
  });
  thread_ = std::thread([this] { write_out(); });
}

CaptureStream::~CaptureStream() {
  live_.on_kernel([&] {
    const std::size_t dot = nic_.rfind('.');
    Node* node = live_.builder().find(nic_.substr(0, dot));
    Nic* nic = node == nullptr ? nullptr : node->find_nic(nic_.substr(dot + 1));
    if (nic != nullptr && live_.network().captured(*node, nic->port)) {
      live_.network().end_capture(*node, nic->port);
    }
    writer_->close(live_.kernel().now());
  });
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

std::streamsize CaptureStream::Buffer::xsputn(const char* bytes, std::streamsize count) {
  const auto size = static_cast<std::size_t>(count);
  {
    const std::lock_guard lock(stream_.mutex_);
    if (stream_.waiting_.size() + size > kMostWaiting) {
      ++stream_.left_out_;
      return count;
    }
    stream_.waiting_.append(bytes, size);
  }
  stream_.changed_.notify_one();
  return count;
}

void CaptureStream::write_out() {
  std::unique_lock lock(mutex_);
  while (!gone_) {
    changed_.wait(lock, [this] { return ended_ || !waiting_.empty(); });
    if (waiting_.empty()) {
      return;
    }
    std::string bytes = std::exchange(waiting_, {});
    lock.unlock();
    bool written_all = true;
    for (std::string_view rest = bytes; !rest.empty() && written_all;) {
      const ssize_t written = ::write(to_.get(), rest.data(), rest.size());
      if (written > 0) {
        rest.remove_prefix(static_cast<std::size_t>(written));
      } else if (errno != EINTR) {
        written_all = false;
      }
    }
    lock.lock();
    gone_ = gone_ || !written_all;
  }
}

bool CaptureStream::reader_gone() {
  const std::lock_guard lock(mutex_);
  return gone_;
}

std::uint64_t CaptureStream::left_out() {
  const std::lock_guard lock(mutex_);
  return left_out_;
}

}  // namespace violin
