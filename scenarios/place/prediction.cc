#include "scenarios/place/prediction.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "scenarios/load/quantities.h"

namespace violin {

namespace pb = scenario;
using placement::Demand;
using placement::Hop;

namespace {

// Half of the frames take less, up to `spread` more or less.
struct Median {
  double delay;
  double spread;
};

std::optional<Median> median_of(const DelayModel& model) {
  if (const auto* constant = std::get_if<ConstantDelay>(&model)) {
    return Median{to_seconds(constant->delay), 0};
  }
  if (const auto* uniform = std::get_if<UniformDelay>(&model)) {
    return Median{to_seconds(uniform->minimum + uniform->maximum) / 2,
                  to_seconds(uniform->maximum - uniform->minimum) / 2};
  }
  return std::nullopt;
}

std::optional<double> loss_of(const LossModel& model) {
  if (std::holds_alternative<NoLoss>(model)) {
    return 0;
  }
  const auto* bernoulli = std::get_if<BernoulliLoss>(&model);
  return bernoulli == nullptr ? std::nullopt : std::optional(bernoulli->probability);
}

double service(BitRate rate, double bytes) {
  return bytes * 8 / static_cast<double>(rate.bits_per_second());
}

}  // namespace

std::vector<PredictedFlow::Leg> PredictedFlow::legs() const {
  std::vector<Leg> legs;
  std::set<std::pair<std::uint32_t, std::uint32_t>> carried;
  for (const placement::Receiver& receiver : demand->receivers) {
    for (std::size_t h = 0; h < receiver.path.size(); ++h) {
      if (carried.emplace(receiver.path[h].link, receiver.path[h].direction).second) {
        legs.push_back({&receiver.path, h});
      }
    }
  }
  return legs;
}

Prediction::Prediction(const Planning& planning, const placement::Assignment& placement)
    : planning_(planning), problem_(planning.problem()), placement_(placement) {
  for (const Demand& demand : problem_.demands) {
    const auto flow = std::ranges::find(planning.flows(), demand.name, &pb::Flow::name);
    if (flow != planning.flows().end()) {
      const auto size = static_cast<double>(pb::size(flow->cbr().size())->value);
      const auto rate = static_cast<double>(pb::bit_rate(flow->cbr().rate())->bits_per_second());
      flows_.push_back({&demand, &*flow, demand.bits_per_second / (8 * demand.frames_per_second),
                        rate / (8 * size)});
    }
  }
  for (const PredictedFlow& flow : flows_) {
    std::vector<Stage> passed;
    for (const PredictedFlow::Leg& leg : flow.legs()) {
      add_stages(flow, leg.hop(), passed);
    }
    for (const Stage& stage : passed) {
      Share& share = shares_[stage.name];
      ++share.frames;
      share.service_of_all += stage.service;
      share.bytes_of_all += flow.frame_bytes;
      share.utilisation += stage.service * flow.demand->frames_per_second;
    }
  }
}

void Prediction::add_stages(const PredictedFlow& flow, const Hop& hop,
                            std::vector<Stage>& stages) const {
  const OverlayHost& sender = problem_.substrate.host(from(hop));
  const OverlayHost& receiver = problem_.substrate.host(to(hop));
  const PipeParameters& link = parameters(hop);
  if (link.rate) {
    stages.push_back(
        {fmt::format("{}/{}", problem_.links[hop.link].name, hop.direction),
         service(*link.rate, flow.frame_bytes + static_cast<double>(link.overhead.value)),
         &link.queue});
  }
  if (sender.access_up && from(hop) != to(hop)) {
    stages.push_back({sender.name + "/up", service(*sender.access_up, flow.frame_bytes)});
  }
  if (receiver.access_down && from(hop) != to(hop)) {
    stages.push_back({receiver.name + "/down", service(*receiver.access_down, flow.frame_bytes)});
  }
  if (receiver.capacity) {
    stages.push_back(
        {receiver.name + "/forward", 1 / static_cast<double>(receiver.capacity->per_second)});
  }
}

// In order of travel; one can be passed twice.
std::vector<Prediction::Stage> Prediction::stages(const PredictedFlow& flow,
                                                  const Path& path) const {
  std::vector<Stage> stages;
  for (const Hop& hop : path) {
    add_stages(flow, hop, stages);
  }
  return stages;
}

PredictedDelay Prediction::delay(const PredictedFlow& flow, const Path& path) const {
  PredictedDelay delay;
  if (flow.demand->frames_per_second > 1.5 * flow.datagrams_per_second) {
    delay.problem = "its datagrams are fragmented";
  }
  propagate(path, delay);
  serve(flow, path, delay);
  return delay;
}

void Prediction::propagate(const Path& path, PredictedDelay& delay) const {
  for (const Hop& hop : path) {
    const auto median = median_of(parameters(hop).delay);
    if (!median) {
      delay.problem =
          fmt::format("the delay of {} has no simple median", problem_.links[hop.link].name);
      continue;
    }
    const auto distance = problem_.substrate.delay(from(hop), to(hop));
    delay.least += median->delay + to_seconds(distance.value_or(Duration{}));
    delay.spread += median->spread;
  }
}

void Prediction::serve(const PredictedFlow& flow, const Path& path, PredictedDelay& delay) const {
  std::set<Stage> passed;
  for (const Stage& stage : stages(flow, path)) {
    delay.least += stage.service;
    if (passed.insert(stage).second) {
      delay.most += shares_.at(stage.name).service_of_all - stage.service;
    }
    if (std::string problem = trouble(stage); !problem.empty()) {
      delay.problem = std::move(problem);
    }
  }
  delay.most += delay.least;
}

bool Prediction::drops_nothing(const PredictedFlow& flow, const Path& path) const {
  return std::ranges::all_of(stages(flow, path),
                             [&](const Stage& s) { return trouble(s).empty(); });
}

std::string Prediction::trouble(const Stage& stage) const {
  const Share& share = shares_.at(stage.name);
  if (share.utilisation >= 1) {
    return fmt::format("{} is offered {:.0f} % of what it carries", stage.name,
                       share.utilisation * 100);
  }
  if (stage.queue != nullptr && !holds(*stage.queue, share)) {
    return fmt::format("the queue of {} cannot hold a frame of each flow", stage.name);
  }
  return {};
}

bool Prediction::holds(const QueueParameters& queue, const Share& share) {
  return (!queue.max_frames || *queue.max_frames >= share.frames) &&
         (!queue.max_bytes || static_cast<double>(queue.max_bytes->value) >= share.bytes_of_all);
}

std::optional<Prediction::Survival> Prediction::survival(const Path& path, std::size_t hops) const {
  Survival survival;
  for (std::size_t i = 0; i < hops; ++i) {
    const Hop& hop = path[i];
    const auto loss = loss_of(parameters(hop).loss);
    if (!loss) {
      return std::nullopt;
    }
    const PipeParameters& link = parameters(hop);
    const double kept = (1 - *loss) * (1 - link.corruption.probability) *
                        (1 - problem_.substrate.loss(from(hop), to(hop)));
    survival.frames *= kept * (1 + link.duplication);
    survival.untouched *= kept * (1 - link.duplication);
  }
  return survival;
}

}  // namespace violin
