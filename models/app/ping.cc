#include "models/app/ping.h"

#include <cmath>
#include <stdexcept>
#include <utility>

#include "models/vhost/vhost.h"

namespace violin {
namespace {

PingConfig checked(const PingConfig& config) {
  if (config.interval <= Duration::zero() || config.timeout <= Duration::zero()) {
    throw std::invalid_argument("ping's interval and timeout are positive");
  }
  if (config.size > EchoSocket::kMaxPayload) {
    throw std::invalid_argument("ping's size is at most 65507 bytes");
  }
  return config;
}

Duration nanoseconds(double ns) { return Duration(std::llround(ns)); }

}  // namespace

Ping::Ping(VHost& host, FlowLabel label, const PingConfig& config)
    : App(std::move(label)),
      kernel_(host.services().kernel),
      config_(checked(config)),
      socket_(host, *this),
      timer_(Timer::calling<&Ping::send>(kernel_, host.services().origin, *this)) {}

void Ping::start(TimePoint now) {
  if (config_.count != sent_) {
    timer_.arm(now);
  }
}

void Ping::stop(TimePoint /*now*/) { timer_.cancel(); }

void Ping::send() {
  const TimePoint now = kernel_.now();
  forget(now);
  recent_.push_back({now});
  const auto sequence = static_cast<std::uint16_t>(sent_++);
  if (config_.count != sent_) {
    timer_.arm(now + config_.interval);
  }
  socket_.send(config_.destination, sequence, kernel_.frames().make(0, config_.size), now,
               config_.options);
}

void Ping::forget(TimePoint now) {
  constexpr std::size_t kSequences = 65536;  // more requests than that cannot be told apart
  while (!recent_.empty() &&
         (now - recent_.front().sent > config_.timeout || recent_.size() >= kSequences)) {
    recent_.pop_front();
  }
}

void Ping::on_echo_reply(const EchoReply& reply, TimePoint now) {
  forget(now);
  // How many requests ago: sequence numbers are the low 16 bits of a request's number.
  const auto ago = static_cast<std::uint16_t>(sent_ - 1 - reply.sequence);
  if (ago >= recent_.size()) {
    return;
  }
  Request& request = recent_[recent_.size() - 1 - ago];
  if (std::exchange(request.answered, true)) {
    ++duplicates_;
    return;
  }
  const auto round_trip = static_cast<std::uint64_t>((now - request.sent).count());
  round_trip_.record(round_trip);
  sum_of_squares_ += static_cast<double>(round_trip) * static_cast<double>(round_trip);
  bytes_ += reply.size;
}

void Ping::on_error(const EchoError& /*error*/, TimePoint /*now*/) { ++errors_; }

FlowReport Ping::report(TimePoint /*now*/) const {
  FlowReport report;
  report.label = label();
  report.sent = sent_;
  report.received = round_trip_.count();
  report.lost = sent_ - report.received;
  report.duplicated = duplicates_;
  report.bytes_received = bytes_;
  report.delay = &round_trip_;
  return report;
}

PingResult Ping::result() const {
  PingResult result{.sent = sent_,
                    .received = round_trip_.count(),
                    .duplicates = duplicates_,
                    .errors = errors_,
                    .min = {},
                    .mean = {},
                    .max = {},
                    .mdev = {}};
  if (const auto mean = round_trip_.mean()) {
    const double variance =
        sum_of_squares_ / static_cast<double>(round_trip_.count()) - *mean * *mean;
    result.min = Duration(static_cast<std::int64_t>(*round_trip_.min()));
    result.max = Duration(static_cast<std::int64_t>(*round_trip_.max()));
    result.mean = nanoseconds(*mean);
    result.mdev = nanoseconds(std::sqrt(std::max(variance, 0.0)));
  }
  return result;
}

}  // namespace violin
