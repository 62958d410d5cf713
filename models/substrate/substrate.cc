#include "models/substrate/substrate.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/require.h"

namespace violin {
namespace {

constexpr double kUnscaled = 1;

std::size_t size_of(const PathModel& model) {
  return std::visit([](const auto& paths) { return paths.size(); }, model);
}

void check_size(const PathModel& model, std::size_t hosts) {
  if (size_of(model) != hosts) {
    throw std::invalid_argument("the substrate has " + std::to_string(hosts) +
                                " hosts but its paths are for " + std::to_string(size_of(model)));
  }
}

Duration scaled(Duration delay, double factor) {
  return factor == kUnscaled ? delay : from_seconds(to_seconds(delay) * factor);
}

}  // namespace

Substrate::Substrate(std::vector<OverlayHost> hosts, PathModel paths)
    : hosts_(std::move(hosts)), up_(hosts_.size(), true), paths_(std::move(paths)) {
  check_size(paths_, hosts_.size());
  for (std::uint32_t i = 0; i < hosts_.size(); ++i) {
    if (hosts_[i].name.empty()) {
      throw std::invalid_argument("overlay host number " + std::to_string(i) + " has no name");
    }
    if (!by_name_.emplace(hosts_[i].name, HostId{i}).second) {
      throw std::invalid_argument("two overlay hosts are called '" + hosts_[i].name + "'");
    }
  }
}

const OverlayHost& Substrate::host(HostId id) const {
  require(to_index(id) < hosts_.size(), "the host is in the substrate");
  return hosts_[to_index(id)];
}

OverlayHost& Substrate::mutable_host(HostId id) {
  require(to_index(id) < hosts_.size(), "the host is in the substrate");
  return hosts_[to_index(id)];
}

bool Substrate::host_up(HostId id) const {
  require(to_index(id) < hosts_.size(), "the host is in the substrate");
  return up_[to_index(id)];
}

std::optional<HostId> Substrate::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? std::nullopt : std::optional(found->second);
}

const Substrate::PairSetting* Substrate::setting(HostId from, HostId to) const {
  require(to_index(from) < hosts_.size() && to_index(to) < hosts_.size(),
          "both hosts are in the substrate");
  const auto found = settings_.find({from, to});
  return found == settings_.end() ? nullptr : &found->second;
}

Substrate::PairSetting& Substrate::mutable_setting(HostId from, HostId to) {
  require(to_index(from) < hosts_.size() && to_index(to) < hosts_.size() && from != to,
          "a pair is two hosts of the substrate");
  return settings_[{from, to}];
}

std::optional<Duration> Substrate::delay(HostId from, HostId to) const {
  const PairSetting* set = setting(from, to);
  if (from == to) {
    return Duration{0};
  }
  const std::optional<Duration> delay =
      set != nullptr && set->delay
          ? set->delay
          : std::visit([&](const auto& paths) { return paths.delay(from, to); }, paths_);
  return delay ? std::optional(scaled(*delay, delay_factor_)) : std::nullopt;
}

double Substrate::loss(HostId from, HostId to) const {
  const PairSetting* set = setting(from, to);
  if (from == to) {
    return 0;
  }
  if (set != nullptr && set->loss) {
    return *set->loss;
  }
  if (!delay(from, to)) {
    return 1;
  }
  const RoutedPaths* routed = std::get_if<RoutedPaths>(&paths_);
  return routed != nullptr ? routed->loss(from, to) : 0;
}

std::optional<BitRate> Substrate::bandwidth(HostId from, HostId to) const {
  const PairSetting* set = setting(from, to);
  if (from == to) {
    return std::nullopt;
  }
  if (set != nullptr && set->bandwidth) {
    return set->bandwidth;
  }
  const RoutedPaths* routed = std::get_if<RoutedPaths>(&paths_);
  return routed != nullptr ? routed->bandwidth(from, to) : std::nullopt;
}

std::vector<SubstrateLinkId> Substrate::path(HostId from, HostId to) const {
  require(to_index(from) < hosts_.size() && to_index(to) < hosts_.size(),
          "both hosts are in the substrate");
  const RoutedPaths* routed = std::get_if<RoutedPaths>(&paths_);
  return routed != nullptr ? routed->links(from, to) : std::vector<SubstrateLinkId>{};
}

DelayMatrix Substrate::delays() const {
  const MeasuredPaths* measured = std::get_if<MeasuredPaths>(&paths_);
  if (measured != nullptr && settings_.empty() && delay_factor_ == kUnscaled) {
    return measured->delays();
  }
  DelayMatrix all(size());
  for (std::uint32_t from = 0; from < size(); ++from) {
    for (std::uint32_t to = 0; to < size(); ++to) {
      std::optional<Duration> one = delay(HostId{from}, HostId{to});
      all.set(from, to, one ? std::optional(std::min(*one, DelayMatrix::kMax)) : std::nullopt);
    }
  }
  return all;
}

const RouterGraph* Substrate::graph() const {
  const RoutedPaths* routed = std::get_if<RoutedPaths>(&paths_);
  return routed != nullptr ? &routed->graph() : nullptr;
}

RouterGraph& Substrate::mutable_graph() {
  RoutedPaths* routed = std::get_if<RoutedPaths>(&paths_);
  require(routed != nullptr, "only a substrate with a router graph has links");
  return routed->graph();
}

void Substrate::set_delay(HostId from, HostId to, std::optional<Duration> delay) {
  require(!delay || (*delay >= Duration{0} && *delay <= DelayMatrix::kMax),
          "a delay is between 0 and DelayMatrix::kMax");
  mutable_setting(from, to).delay = delay;
  pair_changed(from, to);
}

void Substrate::set_loss(HostId from, HostId to, std::optional<double> probability) {
  require(!probability || (*probability >= 0 && *probability <= 1), "a loss is between 0 and 1");
  mutable_setting(from, to).loss = probability;
  pair_changed(from, to);
}

void Substrate::set_bandwidth(HostId from, HostId to, std::optional<BitRate> bandwidth) {
  mutable_setting(from, to).bandwidth = bandwidth;
  pair_changed(from, to);
}

void Substrate::set_delay_factor(double factor) {
  require(std::isfinite(factor) && factor > 0, "a delay factor is finite and positive");
  delay_factor_ = factor;
  paths_changed();
}

void Substrate::set_paths(PathModel paths) {
  check_size(paths, hosts_.size());
  paths_ = std::move(paths);
  paths_changed();
}

void Substrate::set_host_capacity(HostId id, std::optional<FrameRate> capacity) {
  mutable_host(id).capacity = capacity;
  host_changed(id);
}

void Substrate::set_host_memory(HostId id, std::optional<Bytes> memory) {
  mutable_host(id).memory = memory;
  host_changed(id);
}

void Substrate::set_host_access(HostId id, std::optional<BitRate> up, std::optional<BitRate> down) {
  OverlayHost& host = mutable_host(id);
  host.access_up = up;
  host.access_down = down;
  host_changed(id);
}

void Substrate::fail_host(HostId id) { set_host_up(id, false); }
void Substrate::restore_host(HostId id) { set_host_up(id, true); }

void Substrate::set_host_up(HostId id, bool up) {
  if (host_up(id) != up) {
    up_[to_index(id)] = up;
    host_changed(id);
  }
}

void Substrate::set_link_delay(SubstrateLinkId id, Duration delay) {
  mutable_graph().set_link_delay(id, delay);
  paths_changed();
}

void Substrate::set_link_capacity(SubstrateLinkId id, std::optional<BitRate> capacity) {
  mutable_graph().set_link_capacity(id, capacity);
  paths_changed();
}

void Substrate::set_link_loss(SubstrateLinkId id, double loss) {
  mutable_graph().set_link_loss(id, loss);
  paths_changed();
}

void Substrate::fail_link(SubstrateLinkId id) { set_link_up(id, false); }
void Substrate::restore_link(SubstrateLinkId id) { set_link_up(id, true); }

void Substrate::set_link_up(SubstrateLinkId id, bool up) {
  RouterGraph& graph = mutable_graph();
  graph.set_link_up(id, up);
  if (const auto reverse = graph.link(id).reverse) {
    graph.set_link_up(*reverse, up);
  }
  paths_changed();
}

void Substrate::add_observer(SubstrateObserver& observer) { observers_.push_back(&observer); }

void Substrate::remove_observer(SubstrateObserver& observer) { std::erase(observers_, &observer); }

void Substrate::pair_changed(HostId from, HostId to) {
  ++version_;
  for (SubstrateObserver* observer : observers_) {
    observer->on_pair_changed(from, to);
  }
}

void Substrate::paths_changed() {
  ++version_;
  for (SubstrateObserver* observer : observers_) {
    observer->on_paths_changed();
  }
}

void Substrate::host_changed(HostId id) {
  ++version_;
  for (SubstrateObserver* observer : observers_) {
    observer->on_host_changed(id);
  }
}

}  // namespace violin
