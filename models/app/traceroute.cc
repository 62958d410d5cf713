#include "models/app/traceroute.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "models/vhost/vhost.h"

namespace violin {
namespace {

constexpr std::uint32_t kHeaders = 20 + 8;  // IPv4 and UDP

TracerouteConfig checked(const TracerouteConfig& config) {
  if (config.max_ttl == 0 || config.queries == 0 || config.timeout <= Duration::zero()) {
    throw std::invalid_argument("traceroute's limits and timeout are positive");
  }
  if (config.size < kHeaders || config.size > 65535) {
    throw std::invalid_argument("traceroute's datagrams have 28 to 65535 bytes");
  }
  if (std::uint64_t{config.first_port} + std::uint64_t{config.max_ttl} * config.queries > 65536) {
    throw std::invalid_argument("traceroute's ports would go beyond 65535");
  }
  return config;
}

}  // namespace

std::optional<Ipv4Address> TracerouteHop::address() const {
  const auto at = std::ranges::find_if(queries, [](const auto& q) { return q.from.has_value(); });
  return at == queries.end() ? std::nullopt : at->from;
}

Traceroute::Traceroute(VHost& host, FlowLabel label, const TracerouteConfig& config)
    : App(std::move(label)),
      kernel_(host.services().kernel),
      config_(checked(config)),
      socket_(host, *this),
      timer_(Timer::calling<&Traceroute::step>(kernel_, host.services().origin, *this)) {}

void Traceroute::start(TimePoint now) {
  hops_.clear();
  round_trip_ = {};
  probes_ = 0;
  waiting_ = reached_ = finished_ = false;
  timer_.arm(now);
}

void Traceroute::stop(TimePoint /*now*/) {
  timer_.cancel();
  waiting_ = false;
}

void Traceroute::step() {
  waiting_ = false;
  if (hops_.empty() || hops_.back().queries.size() == config_.queries) {
    if (over()) {
      finished_ = true;
      return;
    }
    hops_.push_back({static_cast<std::uint8_t>(hops_.size() + 1), {}});
    unreachable_ = 0;
  }
  hops_.back().queries.emplace_back();
  send();
}

bool Traceroute::over() const {
  return reached_ || hops_.size() == config_.max_ttl ||
         (unreachable_ > 0 && unreachable_ + 1 >= config_.queries);
}

void Traceroute::send() {
  sent_ = kernel_.now();
  waiting_ = true;
  const auto port = static_cast<std::uint16_t>(config_.first_port + probes_++);
  timer_.arm(sent_ + config_.timeout);
  socket_.send_to(config_.destination, port, kernel_.frames().make(0, config_.size - kHeaders),
                  sent_, {.ttl = hops_.back().ttl});
}

void Traceroute::on_error(const UdpError& error, TimePoint now) {
  if (!waiting_ || error.destination != config_.destination ||
      error.destination_port != config_.first_port + probes_ - 1U) {
    return;  // too late, its query has been given up
  }
  TracerouteQuery& query = hops_.back().queries.back();
  query = {error.reporter, now - sent_};
  round_trip_.record(static_cast<std::uint64_t>(query.round_trip.count()));
  if (error.problem.type == wire::IcmpType::kDestinationUnreachable) {
    ++unreachable_;
    reached_ = reached_ || error.problem == IcmpProblem::unreachable(wire::UnreachableCode::kPort);
  }
  waiting_ = false;
  timer_.arm(now);
}

FlowReport Traceroute::report(TimePoint /*now*/) const {
  FlowReport report;
  report.label = label();
  report.sent = probes_;
  report.received = round_trip_.count();
  report.lost = report.sent - report.received;
  report.delay = &round_trip_;
  return report;
}

}  // namespace violin
