// Which frames a link loses, one decision per frame, in the order in which they leave its queue.
#pragma once

#include <variant>

#include "core/random.h"

namespace violin {

struct NoLoss {
  bool operator==(const NoLoss&) const = default;
};

// Each frame by itself.
struct BernoulliLoss {
  double probability = 0;
  bool operator==(const BernoulliLoss&) const = default;
};

// A chain of two states, good and bad, that begins good; before each following frame it changes
// from good to bad with probability p and back with r. A frame is lost with probability 1-k in the
// good and 1-h in the bad state. The defaults of the latter make it Gilbert's simple model, whose
// loss rate is p / (p + r) in bursts of mean length 1 / r.
// Source: E. O. Elliott, "Estimates of error rates for codes on burst-noise channels", BSTJ 42
// (1963); named as in tc-netem(8) gemodel.
struct GilbertElliottLoss {
  double p = 0;
  double r = 1;
  double loss_in_good = 0;  // 1-k
  double loss_in_bad = 1;   // 1-h
  bool operator==(const GilbertElliottLoss&) const = default;
};

using LossModel = std::variant<NoLoss, BernoulliLoss, GilbertElliottLoss>;

// Throws std::invalid_argument where a probability is not in [0, 1].
void validate(const LossModel& model);
// The long-run share of frames that the model loses.
double stationary_loss(const LossModel& model);

class LossProcess {
 public:
  // Expects a valid model.
  explicit LossProcess(LossModel model = {}) : model_(model) {}

  // Goes on in the state of the chain that is reached; another kind of model begins good.
  void set_model(LossModel model);
  const LossModel& model() const { return model_; }

  // True if the next frame is lost. NoLoss draws nothing.
  bool lost(RandomStream& random);

 private:
  LossModel model_;
  bool bad_ = false;
};

}  // namespace violin
