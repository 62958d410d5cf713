#include "scenarios/run/adapter.h"

#include "scenarios/load/quantities.h"
#include "scenarios/place/planning.h"

namespace violin {

namespace pb = scenario;

namespace {

constexpr double kLostFrame = 10;

adaptation::PolicyOptions options_of(const pb::Adaptation& told) {
  adaptation::PolicyOptions options;
  options.prices.lost_frame = told.has_lost_frame() ? told.lost_frame() : kLostFrame;
  options.prices.move = told.move();
  options.prices.switch_over = pb::duration(told.switch_over()).value_or(Duration::zero());
  options.prices.transfer = pb::bit_rate(told.transfer()).value_or(options.prices.transfer);
  options.horizon = pb::duration(told.horizon()).value_or(*pb::duration(told.interval()));
  options.threshold = told.has_threshold() ? told.threshold() : options.threshold;
  options.most_moves = told.has_most_moves() ? told.most_moves() : options.most_moves;
  options.smoothing = pb::duration(told.smoothing()).value_or(Duration::zero());
  return options;
}

}  // namespace

Adapter::Adapter(ScenarioBuilder& builder, Timeline& timeline)
    : builder_(builder),
      timeline_(timeline),
      interval_(*pb::duration(builder.scenario().message.planning().adaptation().interval())),
      options_(options_of(builder.scenario().message.planning().adaptation())),
      policy_(options_),
      origin_(builder.network().kernel()),
      timer_(Timer::calling<&Adapter::on_timer>(builder.network().kernel(), origin_, *this)) {
  const Planning checked(builder.scenario());
  timer_.arm_after(interval_);
}

void Adapter::on_timer() {
  const Planning now(builder_);
  const placement::Problem& problem = now.problem();
  placement::Assignment current;
  for (std::uint32_t e = 0; e < problem.entities.size(); ++e) {
    current.push_back(std::get<HostId>(now.node(placement::EntityId{e}).place));
  }
  const adaptation::Snapshot snapshot(problem);
  for (const adaptation::Move& move :
       policy_.decide(snapshot, current, builder_.network().kernel().now())) {
    timeline_.migrate(now.node(move.entity), move.to, downtime(snapshot, options_.prices, move),
                      "adaptation");
  }
  timer_.arm_after(interval_);
}

}  // namespace violin
