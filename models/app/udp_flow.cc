#include "models/app/udp_flow.h"

#include <utility>

#include "models/vhost/vhost.h"

namespace violin {

UdpSource::UdpSource(VHost& host, FlowLabel label, const UdpSourceConfig& config,
                     std::unique_ptr<Traffic> traffic)
    : App(std::move(label)),
      config_(config),
      kernel_(host.services().kernel),
      traffic_(std::move(traffic)),
      timer_(Timer::calling<&UdpSource::send>(kernel_, host.services().origin, *this)),
      socket_(host, *this) {}

void UdpSource::start(TimePoint now) {
  if (!next_) {
    next_ = traffic_->next();
  }
  due_ = now;
  schedule();
}

void UdpSource::stop(TimePoint /*now*/) { timer_.cancel(); }

// From when the last one was due, so that a timer that fires late in a live run costs no rate.
void UdpSource::schedule() {
  if (next_ && sent_ < config_.count.value_or(~std::uint64_t{0})) {
    due_ += next_->after;
    timer_.arm(due_);
  }
}

void UdpSource::send() {
  const TimePoint now = kernel_.now();
  Frame payload = kernel_.frames().make(
      FlowHeader::kSize, next_->size - static_cast<std::uint32_t>(FlowHeader::kSize));
  FlowHeader{config_.flow, sent_, now}.serialize(payload.writable());
  ++sent_;
  next_ = traffic_->next();
  schedule();
  socket_.send_to(config_.destination, config_.port, std::move(payload), now, config_.options);
}

void UdpSource::on_error(const UdpError& /*error*/, TimePoint /*now*/) { ++unreachable_; }

FlowReport UdpSource::report(TimePoint /*now*/) const {
  FlowReport report;
  report.label = label();
  report.sent = sent_;
  return report;
}

UdpSink::UdpSink(VHost& host, FlowLabel label, std::uint32_t flow, std::uint16_t port)
    : App(std::move(label)), flow_(flow), socket_(host, *this, port) {}

void UdpSink::on_datagram(UdpDatagram& datagram, TimePoint now) {
  const auto header = FlowHeader::parse(datagram.stored());
  if (!header || header->flow != flow_) {
    ++strange_;
    return;
  }
  const auto arrival = window_.note(header->sequence);
  if (arrival == SequenceWindow::Arrival::kDuplicate) {
    ++duplicated_;
    return;
  }
  if (arrival == SequenceWindow::Arrival::kReordered) {
    ++reordered_;
  }
  if (received_ == 0) {
    first_ = now;
    first_bytes_ = datagram.size();
  }
  ++received_;
  bytes_ += datagram.size();
  last_ = now;
  delay_.record(static_cast<std::uint64_t>((now - header->sent).count()));
}

FlowReport UdpSink::report(TimePoint /*now*/) const {
  FlowReport report;
  report.label = label();
  report.received = received_;
  report.duplicated = duplicated_;
  report.reordered = reordered_;
  report.bytes_received = bytes_;
  report.delay = &delay_;
  if (last_ > first_) {
    report.goodput_bps =
        static_cast<double>((bytes_ - first_bytes_) * 8) / to_seconds(last_ - first_);
  }
  return report;
}

}  // namespace violin
