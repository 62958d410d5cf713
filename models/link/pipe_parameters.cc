#include "models/link/pipe_parameters.h"

#include <stdexcept>
#include <string>

namespace violin {

namespace {

void check_probability(double p, const char* what) {
  if (!(p >= 0 && p <= 1)) {
    throw std::invalid_argument(std::string(what) + " is a probability, not " + std::to_string(p));
  }
}

}  // namespace

void validate(const PipeParameters& parameters) {
  if (parameters.per_frame < Duration{} || parameters.per_frame > kLongestFrameCost) {
    throw std::invalid_argument("the cost of a frame lies between 0 and 1 h, not " +
                                to_string(parameters.per_frame));
  }
  if (parameters.overhead > kLargestOverhead) {
    throw std::invalid_argument("the overhead of a frame is at most 65535B, not " +
                                to_string(parameters.overhead));
  }
  if (parameters.queue.codel) {
    validate(*parameters.queue.codel);
  }
  validate(parameters.loss);
  validate(parameters.delay);
  check_probability(parameters.duplication, "duplication");
  check_probability(parameters.corruption.probability, "corruption");
}

}  // namespace violin
