// The cheapest choice of sites when each has a value of its own: those that have to be hubs, and of
// the free ones either exactly as many as are lacking or all whose value is negative.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace violin {

class CheapestSites {
 public:
  // `hubs` sites altogether, if that is told.
  CheapestSites(std::span<const std::size_t> fixed, std::vector<std::size_t> free,
                std::optional<std::size_t> hubs, std::span<const double> values);

  double sum() const { return sum_; }  // infinite if there are not enough
  bool takes(std::size_t site) const { return taken_[site] != 0; }
  // How much dearer it gets if that free site has to be taken, or must not be.
  double with(std::size_t site) const;
  double without(std::size_t site) const;

 private:
  void take_lacking(std::vector<std::size_t> free, std::size_t lacking);

  std::span<const double> values_;
  std::vector<char> taken_;
  bool counted_;
  double sum_ = 0;
  double last_in_;    // the dearest free one taken
  double first_out_;  // the cheapest one not taken
};

}  // namespace violin
