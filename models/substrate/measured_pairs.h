// Collects measurements of directed pairs and makes them a delay matrix.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "models/substrate/delay_matrix.h"

namespace violin {

class MeasuredPairs {
 public:
  // Largest number of hosts: a matrix of 1 GiB.
  static constexpr std::size_t kMostHosts = 16384;

  // Throws std::logic_error beyond kMostHosts.
  explicit MeasuredPairs(std::size_t hosts);

  // One round trip in milliseconds, in [0, 10^6].
  void add(std::size_t from, std::size_t to, double round_trip_ms);
  bool measured(std::size_t from, std::size_t to) const;

  // Half of the mean round trip of each pair, or of the opposite pair where only that was measured.
  DelayMatrix delays() const;
  // The first pair of different hosts that was measured neither way.
  std::optional<std::pair<std::size_t, std::size_t>> first_unmeasured() const;

 private:
  struct Sum {
    double milliseconds = 0;
    std::uint32_t count = 0;
  };
  const Sum& best(std::size_t from, std::size_t to) const;

  std::size_t hosts_;
  std::vector<Sum> sums_;
};

}  // namespace violin
