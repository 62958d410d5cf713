#include "models/substrate/delay_matrix.h"

#include <algorithm>

#include "core/require.h"

namespace violin {

DelayMatrix::DelayMatrix(std::size_t size) : size_(size), cells_(size * size, kUnreachable) {
  for (std::size_t i = 0; i < size; ++i) {
    cells_[i * size + i] = 0;
  }
}

DelayMatrix DelayMatrix::from_cells(std::size_t size, std::vector<Cell> cells) {
  require(cells.size() == size * size, "a delay matrix is square");
  require(std::all_of(cells.begin(), cells.end(), [](Cell c) { return c <= kUnreachable; }),
          "a cell of a delay matrix is in range");
  DelayMatrix matrix;
  matrix.size_ = size;
  matrix.cells_ = std::move(cells);
  return matrix;
}

DelayMatrix::Cell DelayMatrix::to_cell(Duration delay) {
  require(delay >= Duration{0} && delay <= kMax, "a delay is between 0 and DelayMatrix::kMax");
  return static_cast<Cell>((delay + kUnit / 2) / kUnit);
}

std::optional<Duration> DelayMatrix::at(std::size_t from, std::size_t to) const {
  require(from < size_ && to < size_, "both hosts are in the delay matrix");
  const Cell cell = cells_[from * size_ + to];
  return cell == kUnreachable ? std::nullopt : std::optional(kUnit * cell);
}

void DelayMatrix::set(std::size_t from, std::size_t to, std::optional<Duration> delay) {
  require(from < size_ && to < size_, "both hosts are in the delay matrix");
  cells_[from * size_ + to] = delay ? to_cell(*delay) : kUnreachable;
}

std::span<const DelayMatrix::Cell> DelayMatrix::row(std::size_t from) const {
  require(from < size_, "the host is in the delay matrix");
  return cells().subspan(from * size_, size_);
}

}  // namespace violin
