// What every application that runs on a vHost offers: a start, a stop and a report of its flow.
//
// An application lives at one end of a flow; a flow of two ends is two objects on two hosts, each
// of which reports what it saw, and join() makes the flow's report of both. Applications are driven
// by the kernel's timers and their host's sockets; they never outlive either.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/time.h"

namespace violin {

class Histogram;

// How users know a flow. `from` and `to` are names of vHosts.
struct FlowLabel {
  std::string name;
  std::string from;
  std::string to;
};

// One end's view, or after join() the flow's. Counts are datagrams for UDP and ICMP, requests or
// transfers for TCP. A receiving end leaves `sent` 0, a sending end all but `sent`.
struct FlowReport {
  FlowLabel label;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;        // distinct ones
  std::uint64_t lost = 0;            // sent and not received, those still in flight included
  std::uint64_t duplicated = 0;      // further copies of what had been received
  std::uint64_t reordered = 0;       // arrived after one that was sent later (RFC 4737 section 3.4)
  std::uint64_t bytes_received = 0;  // application payload, distinct

  // Payload bits that came after the first datagram, over the time in which they came: exactly the
  // rate of a constant flow. TCP: all payload bits, from start to end.
  double goodput_bps = 0;

  // Nanoseconds one way, or the round trip of ping and requests. The application's own, valid while
  // that lives; null where none is measured.
  const Histogram* delay = nullptr;
};

// The flow's report of what its two ends saw: lost = sent - received.
FlowReport join(const FlowReport& source, const FlowReport& sink);

class App {
 public:
  explicit App(FlowLabel label) : label_(std::move(label)) {}
  App(const App&) = delete;
  App& operator=(const App&) = delete;
  virtual ~App() = default;

  const FlowLabel& label() const { return label_; }

  // Begins to send or to listen. Called by the kernel's thread at `now`, once until stop().
  virtual void start(TimePoint now) = 0;
  // Sends nothing more. What is under way is still received and counted.
  virtual void stop(TimePoint now) = 0;
  virtual FlowReport report(TimePoint now) const = 0;

 private:
  FlowLabel label_;
};

}  // namespace violin
