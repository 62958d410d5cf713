#include "scenarios/run/flows.h"

#include <stdexcept>

#include "scenarios/build/flow_ends.h"
#include "scenarios/load/quantities.h"
#include "scenarios/run/flow.h"

namespace violin {

namespace pb = scenario;

Flows::Flows(ScenarioBuilder& builder)
    : builder_(builder), network_(builder.network()), origin_(network_.kernel()) {
  for (const pb::Flow& message : builder.scenario().message.traffic()) {
    for (const pb::Flow& one : one_by_one(message, builder)) {
      add(one);
      if (message.has_pairs()) {
        by_name_[message.name()].push_back(flows_.back().get());
      }
    }
  }
}

Flows::~Flows() = default;

void Flows::add(const pb::Flow& message) {
  Kernel& kernel = network_.kernel();
  const auto id = static_cast<std::uint32_t>(flows_.size() + 1);
  auto& flow = *flows_.emplace_back(std::make_unique<Flow>(*this, kernel, origin_, message, id));
  flow.from = message.from();
  flow.to = message.to();
  by_name_[message.name()].push_back(&flow);
  if (!message.manual()) {
    flow.start_timer.arm(kRunStart + pb::duration(message.start()).value_or(Duration::zero()));
  }
  if (const auto stop = pb::duration(message.stop())) {
    flow.stop_timer.arm(kRunStart + *stop);
  }
}

template <typename Act>
bool Flows::each(std::string_view name, Act act) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) {
    return false;
  }
  for (Flow* flow : found->second) {
    act(*flow);
  }
  return true;
}

bool Flows::start(std::string_view name) {
  return each(name, [this](Flow& flow) { begin(flow); });
}

bool Flows::stop(std::string_view name) {
  return each(name, [this](Flow& flow) { end(flow); });
}

void Flows::warn(const Flow& flow, const std::string& why) {
  warnings_.push_back("flow '" + flow.message.name() + "' " + why);
}

std::string Flows::display(const Node& node) const {
  return network_.networks().size() == 1 ? std::string(node.name()) : node.full_name();
}

void Flows::begin(Flow& flow) {
  const TimePoint now = network_.kernel().now();
  if (flow.source) {
    flow.source->stop(now);  // if it runs, or has come to its own end
    flow.source->start(now);
    return;
  }
  Node* from = builder_.find(flow.message.from());
  if (from == nullptr || from->nics.empty()) {
    return warn(flow, "did not start: there is no '" + flow.message.from() + "' with a vNIC");
  }
  const auto [to, address] = resolve(builder_, *from, flow.message.to());
  if (!address) {
    return warn(flow, "did not start: there is no '" + flow.message.to() + "' with an address");
  }
  flow.source_node = from;
  flow.from = display(*from);
  flow.to = to != nullptr ? display(*to) : flow.message.to();
  const auto* a = std::get_if<HostId>(&from->place);
  const auto* b = to != nullptr ? std::get_if<HostId>(&to->place) : nullptr;
  if (a != nullptr && b != nullptr) {
    flow.direct = network_.substrate().delay(*a, *b);
    flow.direct_back = network_.substrate().delay(*b, *a);
  }
  try {
    make_apps(flow, *from, to, *address);
  } catch (const std::invalid_argument& error) {
    close_group(flow);
    flow.source.reset();
    flow.receivers.clear();
    return warn(flow, std::string("did not start: ") + error.what());
  }
  for (const Receiver& receiver : flow.receivers) {
    receiver.app->start(now);
  }
  flow.source->start(now);
}

void Flows::end(Flow& flow) {
  flow.start_timer.cancel();
  if (flow.source) {
    flow.source->stop(network_.kernel().now());
  }
}

}  // namespace violin
