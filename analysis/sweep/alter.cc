#include "analysis/sweep/alter.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>

#include "scenarios/load/quantities.h"

namespace violin::sweep {

namespace pb = scenario;

namespace {

constexpr double kLeastInterval = 1000;  // of pings, ns

std::string scaled_rate(const std::string& rate, double factor) {
  const auto bits = static_cast<double>(pb::bit_rate(rate)->bits_per_second());
  return fmt::format("{:.0f}bit/s", std::max(1.0, bits * factor));
}

std::string scaled_size(const std::string& size, double factor) {
  return fmt::format("{:.0f}B", std::max(1.0, static_cast<double>(pb::size(size)->value) * factor));
}

void scale(pb::Ping& ping, double factor) {
  const Duration interval = pb::duration(ping.interval()).value_or(std::chrono::seconds(1));
  ping.set_interval(fmt::format(
      "{:.0f}ns", std::max(kLeastInterval, static_cast<double>(interval.count()) / factor)));
  if (ping.has_count()) {
    ping.set_count(static_cast<std::uint32_t>(std::clamp(ping.count() * factor, 1.0, 4e9)));
  }
}

void scale(pb::Flow& flow, double factor) {
  if (!flow.demand().empty()) {
    flow.set_demand(scaled_rate(flow.demand(), factor));
  }
  switch (flow.kind_case()) {
    case pb::Flow::kCbr:
      return flow.mutable_cbr()->set_rate(scaled_rate(flow.cbr().rate(), factor));
    case pb::Flow::kPoisson:
      return flow.mutable_poisson()->set_rate(scaled_rate(flow.poisson().rate(), factor));
    case pb::Flow::kOnoff:
      return flow.mutable_onoff()->set_rate(scaled_rate(flow.onoff().rate(), factor));
    case pb::Flow::kPing:
      return scale(*flow.mutable_ping(), factor);
    case pb::Flow::kBulk:
      if (!flow.bulk().bytes().empty()) {
        flow.mutable_bulk()->set_bytes(scaled_size(flow.bulk().bytes(), factor));
      }
      return;
    case pb::Flow::kRequestResponse:
      return flow.mutable_request_response()->set_response(
          scaled_size(flow.request_response().response(), factor));
    case pb::Flow::kTraceroute:
    case pb::Flow::kTrace:
    case pb::Flow::KIND_NOT_SET:
      return;
  }
}

}  // namespace

std::string* substrate_file(pb::Scenario& scenario) {
  pb::Substrate& substrate = *scenario.mutable_substrate();
  switch (substrate.source_case()) {
    case pb::Substrate::kRttMatrix:
      return substrate.mutable_rtt_matrix()->mutable_file();
    case pb::Substrate::kGraphml:
      return substrate.mutable_graphml()->mutable_file();
    case pb::Substrate::kSndlib:
      return substrate.mutable_sndlib()->mutable_file();
    default:
      return nullptr;
  }
}

std::uint32_t planned_switches(const pb::Scenario& scenario, const std::string& vswitch) {
  for (const pb::PlannedLan& lan : scenario.planning().lans()) {
    if (lan.vswitch() == vswitch && lan.has_switches()) {
      return lan.switches();
    }
  }
  return 1;
}

void plan_switches(pb::Scenario& scenario, const std::string& vswitch, std::uint32_t switches) {
  auto& lans = *scenario.mutable_planning()->mutable_lans();
  auto lan = std::ranges::find(lans, vswitch, &pb::PlannedLan::vswitch);
  if (lan == lans.end()) {
    lans.Add()->set_vswitch(vswitch);
    lan = lans.end() - 1;
  }
  lan->clear_activation_cost();
  lan->set_switches(switches);
}

void set_weights(pb::Scenario& scenario, const placement::Terms& weights) {
  pb::Objective& objective = *scenario.mutable_planning()->mutable_objective();
  for (std::size_t term = 0; term < placement::kTerms; ++term) {
    const std::string name(to_string(static_cast<placement::Term>(term)));
    objective.GetReflection()->SetDouble(
        &objective, objective.GetDescriptor()->FindFieldByName(name), weights[term]);
  }
}

void scale_delays(pb::Scenario& scenario, double factor) {
  pb::Substrate& substrate = *scenario.mutable_substrate();
  substrate.set_scale(factor * (substrate.has_scale() ? substrate.scale() : 1));
}

void scale_demand(pb::Scenario& scenario, double factor) {
  for (pb::Flow& flow : *scenario.mutable_traffic()) {
    scale(flow, factor);
  }
  pb::Planning& planning = *scenario.mutable_planning();
  for (pb::PlannedDemand& demand : *planning.mutable_demands()) {
    demand.set_rate(scaled_rate(demand.rate(), factor));
  }
  for (pb::MulticastGroup& group : *planning.mutable_multicast()) {
    group.set_rate(scaled_rate(group.rate(), factor));
  }
}

}  // namespace violin::sweep
