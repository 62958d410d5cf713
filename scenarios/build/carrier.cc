#include "scenarios/build/carrier.h"

#include <algorithm>

namespace violin {

PipeParameters path_parameters(Duration delay, double loss) {
  PipeParameters path;
  path.delay = ConstantDelay{delay};
  path.queue.max_frames = std::nullopt;
  if (loss > 0) {
    path.loss = BernoulliLoss{loss};
  }
  return path;
}

void Carrier::receive(PortIndex stage, std::span<Frame> burst, TimePoint now) {
  for (std::size_t k = to_index(stage); k < stages_.size(); ++k) {
    if (stages_[k] != nullptr) {
      stages_[k]->transmit(burst, {this, PortIndex{static_cast<std::uint32_t>(k + 1)}}, now);
      return;
    }
  }
  far_.send(burst, now);
}

void Carrier::route(Pipe* up, Pipe* down, Pipe* forward) {
  stages_ = {up, path_.get(), down, forward};
  for (Pipe* stage : stages_) {
    if (stage != nullptr && std::ranges::find(used_, stage) == used_.end()) {
      used_.push_back(stage);
    }
  }
}

void Carrier::set_path(Kernel& kernel, const std::string& name, const PipeParameters& parameters) {
  if (path_) {
    path_->configure(parameters, kernel.now());
    return;
  }
  path_ = std::make_unique<Pipe>(kernel, name, parameters);
  route(stages_[0], stages_[2], stages_[3]);
}

void Carrier::withdraw(Drop reason) {
  for (Pipe* stage : used_) {
    stage->withdraw(*this, reason);
  }
}

}  // namespace violin
