#include "models/link/loss_process.h"

#include <stdexcept>
#include <string>

namespace violin {

namespace {

void check_probability(double p, const char* what) {
  if (!(p >= 0 && p <= 1)) {
    throw std::invalid_argument(std::string("loss: ") + what + " is a probability, not " +
                                std::to_string(p));
  }
}

}  // namespace

void validate(const LossModel& model) {
  if (const auto* bernoulli = std::get_if<BernoulliLoss>(&model)) {
    check_probability(bernoulli->probability, "the loss rate");
  } else if (const auto* gilbert = std::get_if<GilbertElliottLoss>(&model)) {
    check_probability(gilbert->p, "p");
    check_probability(gilbert->r, "r");
    check_probability(gilbert->loss_in_good, "1-k");
    check_probability(gilbert->loss_in_bad, "1-h");
  }
}

double stationary_loss(const LossModel& model) {
  if (const auto* bernoulli = std::get_if<BernoulliLoss>(&model)) {
    return bernoulli->probability;
  }
  if (const auto* gilbert = std::get_if<GilbertElliottLoss>(&model)) {
    const double change = gilbert->p + gilbert->r;
    const double bad = change > 0 ? gilbert->p / change : 0;  // p = r = 0 stays in good
    return (1 - bad) * gilbert->loss_in_good + bad * gilbert->loss_in_bad;
  }
  return 0;
}

void LossProcess::set_model(LossModel model) {
  if (model.index() != model_.index()) {
    bad_ = false;
  }
  model_ = model;
}

bool LossProcess::lost(RandomStream& random) {
  if (const auto* gilbert = std::get_if<GilbertElliottLoss>(&model_)) {
    const bool lost = random.chance(bad_ ? gilbert->loss_in_bad : gilbert->loss_in_good);
    bad_ ^= random.chance(bad_ ? gilbert->r : gilbert->p);
    return lost;
  }
  const auto* bernoulli = std::get_if<BernoulliLoss>(&model_);
  return bernoulli != nullptr && random.chance(bernoulli->probability);
}

}  // namespace violin
