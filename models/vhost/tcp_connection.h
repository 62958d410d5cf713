// One TCP connection: the state machine of RFC 9293 around a sender and a receiver. Pure: time and
// segments in, segments and events out; it knows no addresses, frames or timers.
//
// Sources: RFC 9293 section 3.10; RFC 5961 sections 3 to 5 (a reset, SYN or acknowledgment that
// does not match exactly is challenged); RFC 7323 (negotiation, PAWS); RFC 6691 (segment size). Not
// supported: urgent data (delivered in line), ECN, TCP Fast Open, keep-alives.
//
// The owner calls on_deadline() at deadline(), and after each call takes the events. A connection
// whose state is kClosed has no deadline and sends nothing more.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "models/vhost/tcp_config.h"
#include "models/vhost/tcp_receiver.h"
#include "models/vhost/tcp_sender.h"
#include "models/vhost/tcp_timestamps.h"
#include "models/wire/tcp.h"

namespace violin {

enum class TcpState : std::uint8_t {
  kClosed,
  kListen,
  kSynSent,
  kSynReceived,
  kEstablished,
  kFinWait1,
  kFinWait2,
  kCloseWait,
  kClosing,
  kLastAck,
  kTimeWait,
};

// How a connection ended.
enum class TcpEnd : std::uint8_t {
  kFinished,     // both sides have closed and know it
  kReset,        // by the peer
  kRefused,      // by the peer, before it was established
  kTimedOut,     // the peer was silent for too long
  kUnreachable,  // the same, and the network had said why
  kAborted,      // by this side
};

std::string_view to_string(TcpState state);
std::string_view to_string(TcpEnd end);

// A header together with how much payload follows it.
struct TcpSegment {
  wire::TcpHeader header;
  std::uint32_t payload = 0;

  // What it occupies in sequence numbers.
  std::uint32_t length() const { return payload + (header.syn ? 1 : 0) + (header.fin ? 1 : 0); }
};

class TcpSegmentSink {
 public:
  virtual ~TcpSegmentSink() = default;
  // Must not call back into the connection.
  virtual void transmit(const TcpSegment& segment, TimePoint now) = 0;
};

// What has happened since the events were last taken.
struct TcpEvents {
  bool connected = false;
  std::int64_t readable = 0;  // bytes that arrived in order
  bool peer_finished = false;
  bool writable = false;  // there is room again after send() took less than it was given
  std::optional<TcpEnd> ended;

  bool any() const { return connected || readable > 0 || peer_finished || writable || ended; }
};

struct TcpPorts {
  std::uint16_t local = 0;
  std::uint16_t remote = 0;
};

class TcpConnection {
 public:
  // `config` and `sink` outlive the connection. `mtu` is the largest IPv4 datagram of the path.
  TcpConnection(const TcpConfig& config, TcpPorts ports, std::uint32_t initial_sequence,
                std::uint32_t mtu, TcpSegmentSink& sink);

  // One of these two comes first: an active open, or a passive one by an acceptable SYN.
  void connect(TimePoint now);
  void accept(const TcpSegment& syn, TimePoint now);

  // Hands over `bytes` of data; returns how many were taken, which is limited by the send buffer.
  // Nothing after close().
  std::int64_t send(std::int64_t bytes, TimePoint now);
  // No more data will come: a FIN follows what was sent. The peer may go on sending. Before the
  // peer has answered a connect(), the connection ends at once (RFC 9293 section 3.10.4).
  void close(TimePoint now);
  // Ends the connection with a reset.
  void abort(TimePoint now);
  // Ends the connection without a word to the peer.
  void vanish() { end(TcpEnd::kAborted); }
  // With manual reading, what arrives fills the receive buffer until read() takes it.
  void set_manual_reading(bool manual) { manual_reading_ = manual; }
  void read(std::int64_t bytes, TimePoint now);

  void on_segment(const TcpSegment& segment, TimePoint now);
  TimePoint deadline() const;
  void on_deadline(TimePoint now);
  // A datagram of ours was larger than the path takes (RFC 1191): sends again in smaller segments.
  void on_path_mtu(std::uint32_t mtu, TimePoint now);
  // The network says that the peer cannot be reached: final before the connection is established
  // (if `hard`), otherwise a hint of why it will time out (RFC 1122 section 4.2.3.9).
  void on_unreachable(bool hard);

  TcpEvents take_events();
  TcpState state() const { return state_; }
  // Whether a new SYN may take the place of this connection in TIME-WAIT (RFC 6191).
  bool may_be_replaced_by(const wire::TcpHeader& syn, TimePoint now) const;
  // Whether `sequence` is one that is outstanding (RFC 5927 section 4.1).
  bool is_outstanding(std::uint32_t sequence) const;

  const TcpSender& sender() const { return sender_; }
  const TcpReceiver& receiver() const { return receiver_; }
  const TcpPorts& ports() const { return ports_; }
  const TcpConfig& config() const { return config_; }

 private:
  // tcp_connection_in.cc: what arrives.
  void on_segment_in_syn_sent(const TcpSegment& segment, TimePoint now);
  bool passes_checks(TcpSegment& segment, TcpPosition& begin, TimePoint now);
  bool passes_paws(const TcpSegment& segment, TcpPosition begin, TimePoint now);
  void on_reset(TcpPosition begin);
  bool take_ack(const TcpSegment& segment, TcpPosition begin, TimePoint now);
  void inform_sender(const TcpSegment& segment, TcpPosition begin, TcpPosition acknowledged,
                     TimePoint now);
  void measure_as_receiver(const TcpSegment& segment, TimePoint now);
  void take_payload(const TcpSegment& segment, TcpPosition begin, TimePoint now);
  void on_fin_acknowledged(TimePoint now);
  void on_peer_fin(TimePoint now);
  void negotiate(const wire::TcpHeader& syn, TimePoint now);

  // tcp_connection_out.cc: what leaves.
  void pump(TimePoint now);
  void settle_ack(TimePoint now);
  void transmit(const TcpChunk& chunk, TimePoint now);
  void transmit_ack(TimePoint now);
  void transmit_reset(TcpPosition position, TimePoint now);
  wire::TcpHeader header_at(TcpPosition position) const;
  void add_options(wire::TcpHeader& header, TimePoint now) const;
  std::int64_t payload_room() const;
  std::int64_t chunk_room() const;

  bool synchronized() const { return state_ >= TcpState::kEstablished; }
  void establish();
  void enter_time_wait(TimePoint now);
  void end(TcpEnd how);
  TcpPosition sent_position(std::uint32_t acknowledgment) const;

  const TcpConfig& config_;
  TcpSegmentSink& sink_;
  TcpSender sender_;
  TcpReceiver receiver_;
  TcpTimestampClock timestamps_;
  TcpPorts ports_;
  std::uint32_t local_initial_;
  std::uint32_t remote_initial_ = 0;
  std::uint32_t mtu_;
  std::uint16_t peer_segment_ = 536;  // what its SYN allows; RFC 9293 section 3.7.1 default
  std::uint8_t peer_scale_ = 0;
  std::uint32_t last_echo_ = 0;

  TimePoint ack_deadline_ = kNever;
  TimePoint time_wait_end_ = kNever;
  TcpPosition window_from_ = 0;  // SND.WL1
  TcpPosition window_ack_ = 0;   // SND.WL2

  TcpEvents events_;
  TcpState state_ = TcpState::kClosed;
  bool passive_ = false;
  bool scaling_ = false;
  bool sack_ = false;
  bool manual_reading_ = false;
  bool short_of_room_ = false;  // send() took less than it was given
  bool unreachable_ = false;
};

}  // namespace violin
