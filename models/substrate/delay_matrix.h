// One-way delays between every two hosts, compactly: 4 bytes a pair (5000 hosts take 100 MB).
//
// A delay is kept in units of 250 ns, rounded to the nearest: half of an RTT that was told in
// milliseconds with three decimals is exact. The sum of any two cells fits into 32 bits without
// overflow, so that min-plus products may run on the cells as they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/time.h"

namespace violin {

class DelayMatrix {
 public:
  using Cell = std::uint32_t;
  static constexpr Duration kUnit{250};
  static constexpr Cell kUnreachable = 0x7fff'ffff;
  static constexpr Duration kMax = kUnit * (kUnreachable - 1);  // 536 s

  // `size` hosts, each at distance 0 of itself and unreachable for all others.
  explicit DelayMatrix(std::size_t size = 0);

  // Row by row. Throws std::logic_error unless there are size x size cells, none above
  // kUnreachable.
  static DelayMatrix from_cells(std::size_t size, std::vector<Cell> cells);
  // In cells, rounded to the nearest unit. Throws std::logic_error unless 0 <= delay <= kMax.
  static Cell to_cell(Duration delay);

  std::size_t size() const { return size_; }
  std::optional<Duration> at(std::size_t from, std::size_t to) const;
  // Throws std::logic_error unless 0 <= delay <= kMax and both indices are below size().
  void set(std::size_t from, std::size_t to, std::optional<Duration> delay);

  // Row-major, `from` selects the row; valid until the matrix is destroyed or assigned to.
  std::span<const Cell> cells() const { return cells_; }
  std::span<const Cell> row(std::size_t from) const;
  bool operator==(const DelayMatrix&) const = default;

 private:
  std::size_t size_;
  std::vector<Cell> cells_;
};

}  // namespace violin
