// The Lagrangian relaxation of "each point is served" (Cornuejols, Fisher, Nemhauser, Management
// Science 23, 1977; Beasley, EJOR 65, 1993): a point pays its multiplier to every median that is
// nearer than that, less the distance; the base is what all points pay.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "models/placement/hub/hub_set_proof.h"
#include "models/placement/hub/median_problem.h"

namespace violin {

class MedianDual final : public HubSetDual {
 public:
  // With multipliers that suit these medians. The problem outlives it.
  MedianDual(const MedianProblem& problem, std::span<const std::size_t> medians);

  void use(const std::vector<std::size_t>& sites) override;
  Relaxed relax() override;
  double turn(const std::vector<double>& open) override;
  void move(double step) override;

 private:
  struct Near {
    Distance distance;
    std::uint32_t site;
  };

  const MedianProblem& problem_;
  std::vector<char> used_;  // sites
  std::vector<std::size_t> sites_;
  std::vector<std::vector<Near>> all_;   // of each point, nearest first
  std::vector<std::vector<Near>> near_;  // likewise, of the sites in use
  std::vector<double> multipliers_;
  std::vector<double> direction_;
};

}  // namespace violin
