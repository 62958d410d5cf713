// A TCP connection driven by a script: what the peer sends, what the application does, how time
// passes, and what is expected to be sent. A failed expectation prints the steps that led to it.
//
// Sequence numbers in scripts are relative: `seq` of what the peer sends and `ack` of what it is
// sent count from the peer's initial sequence number, the others from ours.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "models/vhost/tcp_connection.h"

namespace violin::tcp_test {

constexpr std::uint32_t kOurInitial = 0xffff'fff0;  // wraps soon
constexpr std::uint32_t kPeerInitial = 0xffff'ff00;

// A segment by what tests say about it.
struct Seg {
  std::string flags;  // any of "SFRPA"
  std::int64_t seq = 0;
  std::int64_t ack = 0;
  std::uint32_t len = 0;
  std::uint16_t win = 0xffff;
  std::vector<TcpRange> sack{};
  std::uint16_t mss = 1460;  // of a SYN
};

inline std::string describe(const wire::TcpHeader& h, std::uint32_t payload, std::uint32_t sender,
                            std::uint32_t receiver) {
  std::ostringstream out;
  out << '<' << (h.syn ? "S" : "") << (h.fin ? "F" : "") << (h.rst ? "R" : "") << (h.ack ? "A" : "")
      << " seq " << static_cast<std::int32_t>(h.sequence - sender);
  if (h.ack) {
    out << " ack " << static_cast<std::int32_t>(h.acknowledgment - receiver);
  }
  out << " len " << payload << " win " << h.window;
  for (std::size_t i = 0; i < h.sack_count; ++i) {
    out << " sack " << static_cast<std::int32_t>(h.sack[i].begin - receiver) << '-'
        << static_cast<std::int32_t>(h.sack[i].end - receiver);
  }
  out << '>';
  return out.str();
}

class Script : private TcpSegmentSink {
 public:
  explicit Script(const TcpConfig& config, std::uint32_t mtu = 1500)
      : config_(config), connection_(config_, {1000, 2000}, kOurInitial, mtu, *this) {}

  // Without timestamps, window scaling and acknowledgments of every segment at the beginning, so
  // that segments are easy to read.
  static TcpConfig plain() {
    TcpConfig config;
    config.timestamps = false;
    config.window_scaling = false;
    config.receive_buffer = Bytes{65535};
    config.quick_acks = 0;
    config.congestion = TcpCongestion::kNewReno;
    return config;
  }

  Script& connect() {
    return act("connect", [&] { connection_.connect(now_); });
  }
  Script& accept(const Seg& syn) {
    return act("accept", [&] { connection_.accept(made(syn), now_); });
  }
  Script& send(std::int64_t bytes) {
    return act("send " + std::to_string(bytes), [&] { taken_ = connection_.send(bytes, now_); });
  }
  Script& read(std::int64_t bytes) {
    return act("read " + std::to_string(bytes), [&] { connection_.read(bytes, now_); });
  }
  Script& close() {
    return act("close", [&] { connection_.close(now_); });
  }
  Script& abort() {
    return act("abort", [&] { connection_.abort(now_); });
  }
  Script& path_mtu(std::uint32_t mtu) {
    return act("path mtu " + std::to_string(mtu), [&] { connection_.on_path_mtu(mtu, now_); });
  }
  Script& receive(const Seg& segment) {
    const TcpSegment made_segment = made(segment);
    return act("receive " + describe(made_segment.header, segment.len, kPeerInitial, kOurInitial),
               [&] { connection_.on_segment(made_segment, now_); });
  }
  // Lets time pass; the connection's deadlines are met on the way.
  Script& wait(Duration time) {
    const TimePoint end = now_ + time;
    log("wait " + to_string(time));
    while (connection_.deadline() <= end) {
      now_ = std::max(now_, connection_.deadline());
      connection_.on_deadline(now_);
      collect();
    }
    now_ = end;
    return *this;
  }

  // The next segment that was sent has these flags and numbers. The window is not looked at.
  Script& expect(const Seg& want) {
    const std::string text = describe(header_of_ours(want), want.len, kOurInitial, kPeerInitial);
    if (sent_.empty()) {
      ADD_FAILURE() << "expected " << text << ", but nothing was sent\n" << log_;
      return *this;
    }
    TcpSegment got = sent_.front();
    sent_.pop_front();
    last_ = got;
    got.header.window = want.win;
    EXPECT_EQ(describe(got.header, got.payload, kOurInitial, kPeerInitial), text) << log_;
    return *this;
  }
  Script& expect_nothing() {
    EXPECT_TRUE(sent_.empty()) << "sent " << describe(sent_.front()) << '\n' << log_;
    sent_.clear();
    return *this;
  }
  Script& expect_state(TcpState state) {
    EXPECT_EQ(to_string(connection_.state()), to_string(state)) << log_;
    return *this;
  }
  Script& expect_ended(std::optional<TcpEnd> how) {
    EXPECT_EQ(events_.ended, how) << log_;
    return *this;
  }
  Script& expect_readable(std::int64_t bytes) {
    EXPECT_EQ(events_.readable, bytes) << log_;
    return *this;
  }

  // Three-way handshake as the active side, peer's window `window`; nothing is left to expect.
  Script& establish(std::uint16_t window = 0xffff, bool sack = true) {
    connect();
    sent_.clear();
    peer_sack_ = sack;
    receive({.flags = "SA", .seq = 0, .ack = 1, .win = window});
    sent_.clear();
    return *this;
  }

  const TcpSegment& last() const { return last_; }
  std::int64_t taken() const { return taken_; }
  TcpConnection& connection() { return connection_; }
  const TcpEvents& events() const { return events_; }
  TimePoint now() const { return now_; }
  std::size_t pending() const { return sent_.size(); }
  void forget_sent() { sent_.clear(); }
  void offer_sack(bool offer) { peer_sack_ = offer; }

 private:
  static bool has(const Seg& s, char flag) { return s.flags.find(flag) != std::string::npos; }
  static std::string describe(const TcpSegment& s) {
    return tcp_test::describe(s.header, s.payload, kOurInitial, kPeerInitial);
  }
  static std::string describe(const wire::TcpHeader& h, std::uint32_t payload, std::uint32_t sender,
                              std::uint32_t receiver) {
    return tcp_test::describe(h, payload, sender, receiver);
  }

  static wire::TcpHeader header(const Seg& s, std::uint32_t sender, std::uint32_t receiver) {
    wire::TcpHeader h;
    h.sequence = sender + static_cast<std::uint32_t>(s.seq);
    h.syn = has(s, 'S');
    h.fin = has(s, 'F');
    h.rst = has(s, 'R');
    h.ack = has(s, 'A');
    h.acknowledgment = h.ack ? receiver + static_cast<std::uint32_t>(s.ack) : 0;
    h.window = s.win;
    h.sack_count = static_cast<std::uint8_t>(s.sack.size());
    for (std::size_t i = 0; i < s.sack.size(); ++i) {
      h.sack[i] = {receiver + static_cast<std::uint32_t>(s.sack[i].begin),
                   receiver + static_cast<std::uint32_t>(s.sack[i].end)};
    }
    return h;
  }
  static wire::TcpHeader header_of_ours(const Seg& s) {
    return header(s, kOurInitial, kPeerInitial);
  }
  TcpSegment made(const Seg& s) const {
    TcpSegment segment{header(s, kPeerInitial, kOurInitial), s.len};
    if (segment.header.syn) {
      segment.header.maximum_segment_size = s.mss;
      segment.header.sack_permitted = peer_sack_;
    }
    return segment;
  }

  template <typename Action>
  Script& act(const std::string& what, Action action) {
    log(what);
    action();
    collect();
    return *this;
  }
  void collect() {
    const TcpEvents fresh = connection_.take_events();
    events_.connected |= fresh.connected;
    events_.readable += fresh.readable;
    events_.peer_finished |= fresh.peer_finished;
    events_.writable |= fresh.writable;
    if (fresh.ended) {
      events_.ended = fresh.ended;
    }
  }
  void transmit(const TcpSegment& segment, TimePoint) override {
    log("  sent " + describe(segment));
    sent_.push_back(segment);
  }
  void log(const std::string& line) { log_ += to_string(now_ - kRunStart) + ": " + line + '\n'; }

  TcpConfig config_;
  TcpConnection connection_;
  std::deque<TcpSegment> sent_;
  TcpSegment last_;
  TcpEvents events_;
  TimePoint now_ = kRunStart;
  std::int64_t taken_ = 0;
  bool peer_sack_ = true;
  std::string log_ = "\n";
};

}  // namespace violin::tcp_test
