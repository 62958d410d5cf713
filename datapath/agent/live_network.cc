#include "datapath/agent/live_network.h"

#include <fmt/format.h>

#include <stdexcept>

#include "scenarios/build/checked_substrate.h"
#include "scenarios/load/decode.h"
#include "scenarios/load/quantities.h"
#include "scenarios/load/readers.h"
#include "scenarios/run/collect.h"
#include "scenarios/validate/validate.h"

namespace violin {

namespace {

// The event alone, as the only one of a timeline. Its text is checked as that of a scenario.
scenario::Event read_event(const std::string& event, const std::string& at) {
  const std::string text = fmt::format(R"({{"timeline": [{}]}})", event);
  scenario::Decoded decoded = scenario::decode(scenario::read_json(text, "change"), "change");
  // The rest of the scenario is missing here on purpose.
  std::erase_if(decoded.errors, [](const scenario::Diagnostic& error) {
    return !error.path.starts_with("timeline") || error.path == "timeline[0].at";
  });
  if (!decoded.errors.empty()) {
    throw scenario::ScenarioError(std::move(decoded.errors));
  }
  scenario::Event read = decoded.scenario.timeline(0);
  read.set_at(at);
  return read;
}

}  // namespace

LiveNetwork::LiveNetwork(scenario::LoadedScenario scenario, const LiveOptions& options)
    : scenario_(std::move(scenario)),
      changed_(scenario_),
      options_(options),
      kernel_(options.seed.value_or(scenario_.message.has_seed() ? scenario_.message.seed() : 1)),
      network_(kernel_, checked_substrate(scenario_).substrate),
      builder_(scenario_, network_) {
  builder_.build();
  flows_ = std::make_unique<Flows>(builder_);
  timeline_ = std::make_unique<Timeline>(builder_, *flows_);
  kernel_.run_until(kRunStart + options.simulate_for);
}

LiveNetwork::~LiveNetwork() { stop(); }

void LiveNetwork::go_live() {
  auto reactor = std::make_unique<Reactor>(ReactorOptions{options_.spin});
  reactor_ = reactor.get();
  kernel_.go_live(std::move(reactor));
  underlay_ = std::make_unique<TunnelUnderlay>(kernel_, *reactor_, network_.substrate());
  network_.go_live(*underlay_, options_.emulate_underlay);
}

void LiveNetwork::run() {
  thread_ = std::thread([this] { kernel_.run(); });
}

void LiveNetwork::stop() {
  if (thread_.joinable()) {
    reactor_->post([this] { kernel_.stop(); });
    thread_.join();
  }
}

// The scenario with everything that has changed so far must stay one that could be run.
void LiveNetwork::change(const std::string& event) {
  const std::string now = to_string(kernel_.now().time_since_epoch());
  const scenario::Event parsed = read_event(event, now);
  scenario::LoadedScenario candidate = changed_;
  if (*scenario::duration(candidate.message.duration()) < kernel_.now().time_since_epoch()) {
    candidate.message.set_duration(now);  // a live run has no end
  }
  candidate.message.clear_timeline();
  google::protobuf::RepeatedPtrField<scenario::Event> still_to_come;
  for (const scenario::Event& known : changed_.message.timeline()) {
    const bool past = *scenario::duration(known.at()) <= kernel_.now().time_since_epoch();
    *(past ? candidate.message.add_timeline() : still_to_come.Add()) = known;
  }
  *candidate.message.add_timeline() = parsed;
  std::vector<std::string> hosts;
  for (const OverlayHost& host : network_.substrate().hosts()) {
    hosts.push_back(host.name);
  }
  require_valid(candidate, hosts);
  remember_links(parsed);
  timeline_->apply(parsed);
  changed_.message.mutable_timeline()->Swap(candidate.message.mutable_timeline());
  changed_.message.mutable_timeline()->MergeFrom(still_to_come);
}

VirtualLink& LiveNetwork::link_at(const std::string& nic) const {
  const std::size_t dot = nic.rfind('.');
  Node* node = builder_.find(nic.substr(0, dot));
  Nic* found =
      node == nullptr || dot == std::string::npos ? nullptr : node->find_nic(nic.substr(dot + 1));
  if (found == nullptr || found->link == nullptr) {
    throw std::runtime_error("there is no cable at '" + nic + "'");
  }
  return *found->link;
}

VirtualLink& LiveNetwork::trunk_between(const std::string& a, const std::string& b) const {
  const Node* first = builder_.find(a);
  const Node* second = builder_.find(b);
  VirtualLink* trunk =
      first == nullptr || second == nullptr ? nullptr : network_.find_trunk(*first, *second);
  if (trunk == nullptr) {
    throw std::runtime_error("there is no trunk between '" + a + "' and '" + b + "'");
  }
  return *trunk;
}

void LiveNetwork::remember_links(const scenario::Event& event) {
  if (!event.has_link() || !event.link().has_link()) {
    return;
  }
  const auto& changed = event.link();
  const VirtualLink& link = changed.trunk_size() == 2
                                ? trunk_between(changed.trunk(0), changed.trunk(1))
                                : link_at(changed.nic());
  before_.try_emplace(link.direction(0).pipe().name(), link.spec);
}

void LiveNetwork::reset(VirtualLink& link) {
  const auto before = before_.find(link.direction(0).pipe().name());
  if (before != before_.end()) {
    network_.configure(link, before->second);
    before_.erase(before);
  }
}

void LiveNetwork::reset_link(const std::string& nic) { reset(link_at(nic)); }

void LiveNetwork::reset_trunk(const std::string& a, const std::string& b) {
  reset(trunk_between(a, b));
}

const Node& LiveNetwork::node(const std::string& entity) const {
  const Node* found = builder_.find(entity);
  if (found == nullptr) {
    throw std::runtime_error("there is no '" + entity + "'");
  }
  return *found;
}

Passing LiveNetwork::passing(const std::string& entity) const {
  Passing passing{node(entity).entity->ledger().in, 0};
  for (const std::uint64_t frames : count_drops(network_)) {
    passing.dropped += frames;
  }
  return passing;
}

bool LiveNetwork::moving(const std::string& entity) const { return network_.moving(node(entity)); }

std::optional<MoveReport> LiveNetwork::move_of(const std::string& entity) const {
  return moving(entity) ? std::nullopt : node(entity).last_move;
}

RunResult LiveNetwork::result() const {
  RunResult result;
  result.scenario = scenario_.message.name();
  result.seed = kernel_.seed();
  result.duration = kernel_.now().time_since_epoch();
  result.events = kernel_.events();
  result.deliveries = network_.deliveries();
  result.fingerprint = network_.fingerprint();
  result.ledger = collect_ledger(network_);
  result.flows = flows_->results();
  result.paths = flows_->paths();
  result.links = collect_links(network_, result.duration);
  result.hosts = collect_hosts(network_, result.duration);
  result.timeline = timeline_->results();
  result.warnings = flows_->warnings();
  return result;
}

}  // namespace violin
