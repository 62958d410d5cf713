#include "scenarios/build/link_spec.h"

#include <algorithm>
#include <sstream>

#include "scenarios/build/data_file.h"
#include "scenarios/load/quantities.h"

namespace violin {

namespace {

namespace pb = scenario;

// One delay with unit per line; blank lines and those that begin with '#' are skipped.
SampledDelay delay_trace(const std::string& written, const pb::LoadedScenario& scenario) {
  const DataFile file(written, scenario);
  std::istringstream lines{std::string(file.source().text)};
  auto samples = std::make_shared<std::vector<Duration>>();
  std::string line;
  for (std::uint32_t number = 1; std::getline(lines, line); ++number) {
    if (line.empty() || line[0] == '#') {
      continue;
    }
    const auto delay = pb::parse_duration(line);
    if (!delay.value || *delay.value > kLongestDelay) {
      throw pb::ScenarioError(file.source().name, {number, 1},
                              delay.value ? "a delay is at most 24 h" : delay.problem);
    }
    samples->push_back(*delay.value);
  }
  if (samples->empty()) {
    throw pb::ScenarioError(file.source().name, {}, "has no delays, one per line with its unit");
  }
  return {std::move(samples), true};
}

DelayModel constant_with_jitter(Duration delay, Duration jitter) {
  if (jitter == Duration::zero()) {
    return ConstantDelay{delay};
  }
  return UniformDelay{std::max(delay - jitter, Duration::zero()), delay + jitter};
}

DelayModel delay_model(const pb::Link& link, const pb::LoadedScenario& scenario) {
  const Duration none = Duration::zero();
  const pb::Delay& delay = link.delay();
  switch (delay.kind_case()) {
    case pb::Delay::kUniform:
      return UniformDelay{*pb::duration(delay.uniform().low()),
                          *pb::duration(delay.uniform().high())};
    case pb::Delay::kNormal:
      return NormalDelay{*pb::duration(delay.normal().mean()),
                         *pb::duration(delay.normal().stddev())};
    case pb::Delay::kPareto:
      return ParetoDelay{*pb::duration(delay.pareto().minimum()), delay.pareto().shape()};
    case pb::Delay::kTrace:
      return delay_trace(delay.trace().file(), scenario);
    case pb::Delay::kConstant:
    case pb::Delay::KIND_NOT_SET:
      break;
  }
  return constant_with_jitter(pb::duration(delay.constant()).value_or(none),
                              pb::duration(link.jitter()).value_or(none));
}

LossModel loss_model(const pb::Loss& loss) {
  if (loss.has_gilbert_elliott()) {
    const pb::GilbertElliott& chain = loss.gilbert_elliott();
    return GilbertElliottLoss{*pb::probability(chain.p()), *pb::probability(chain.r()),
                              pb::probability(chain.good_loss()).value_or(0),
                              pb::probability(chain.bad_loss()).value_or(1)};
  }
  const double probability = pb::probability(loss.probability()).value_or(0);
  return probability > 0 ? LossModel(BernoulliLoss{probability}) : LossModel(NoLoss{});
}

QueueParameters queue_parameters(const pb::Queue& queue) {
  QueueParameters parameters;
  parameters.max_frames = kDefaultQueueFrames;
  if (queue.kind_case() == pb::Queue::kFrames) {
    parameters.max_frames = queue.frames();
  } else if (queue.kind_case() == pb::Queue::kBytes) {
    parameters.max_frames = std::nullopt;
    parameters.max_bytes = pb::size(queue.bytes());
  } else if (queue.kind_case() == pb::Queue::kCodel) {
    constexpr Bytes kDefaultLimit{1 << 20};
    CodelParameters codel;
    codel.target = pb::duration(queue.codel().target()).value_or(codel.target);
    codel.interval = pb::duration(queue.codel().interval()).value_or(codel.interval);
    parameters.codel = codel;
    parameters.max_frames = std::nullopt;
    parameters.max_bytes = pb::size(queue.codel().limit()).value_or(kDefaultLimit);
  }
  return parameters;
}

}  // namespace

PipeParameters pipe_parameters(const pb::Link& link, const pb::LoadedScenario& scenario) {
  PipeParameters parameters;
  parameters.rate = pb::bit_rate(link.rate());
  parameters.overhead = pb::size(link.overhead()).value_or(Bytes{0});
  parameters.queue = queue_parameters(link.queue());
  parameters.loss = loss_model(link.loss());
  parameters.delay = delay_model(link, scenario);
  parameters.may_reorder = link.reorder();
  parameters.duplication = pb::probability(link.duplicate()).value_or(0);
  parameters.corruption.probability = pb::probability(link.corrupt()).value_or(0);
  return parameters;
}

pb::Link merged(pb::Link base, const pb::Link& over) {
  // What stands in a oneof goes as a whole: a uniform delay replaces a constant one with jitter.
  if (over.has_delay()) {
    base.clear_delay();
    base.clear_jitter();
  }
  if (over.has_loss()) {
    base.clear_loss();
  }
  if (over.has_queue()) {
    base.clear_queue();
  }
  base.MergeFrom(over);
  return base;
}

std::shared_ptr<const LinkSpec> LinkSpecs::make(const pb::Link& a_to_b, const pb::Link& b_to_a) {
  const std::string text = a_to_b.SerializeAsString();
  const std::string key = std::to_string(text.size()) + ":" + text + b_to_a.SerializeAsString();
  auto& spec = known_[key];
  if (!spec) {
    spec = std::make_shared<const LinkSpec>(
        LinkSpec{pipe_parameters(a_to_b, scenario_), pipe_parameters(b_to_a, scenario_)});
    told_[spec.get()] = {a_to_b, b_to_a};
  }
  return spec;
}

std::shared_ptr<const LinkSpec> LinkSpecs::reversed(const LinkSpec& spec) {
  const Told told = told_.at(&spec);  // a copy: make() may add to the map
  return make(told.b_to_a, told.a_to_b);
}

std::shared_ptr<const LinkSpec> LinkSpecs::changed(const LinkSpec& spec, const pb::Link& change) {
  const Told& told = told_.at(&spec);
  return make(merged(told.a_to_b, change), merged(told.b_to_a, change));
}

}  // namespace violin
