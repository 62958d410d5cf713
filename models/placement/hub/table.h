// A dense table: rows and columns of one type, in one piece of memory.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace violin {

template <typename T>
class Table {
 public:
  Table() = default;
  Table(std::size_t rows, std::size_t columns, T fill = T{})
      : rows_(rows), columns_(columns), cells_(rows * columns, fill) {}

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  T& operator()(std::size_t row, std::size_t column) { return cells_[row * columns_ + column]; }
  T operator()(std::size_t row, std::size_t column) const {
    return cells_[row * columns_ + column];
  }
  std::span<T> row(std::size_t row) { return std::span(cells_).subspan(row * columns_, columns_); }
  std::span<const T> row(std::size_t row) const {
    return std::span(cells_).subspan(row * columns_, columns_);
  }
  std::span<const T> cells() const { return cells_; }
  bool operator==(const Table&) const = default;

 private:
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  std::vector<T> cells_;
};

// Those columns of the table, in that order.
template <typename T>
Table<T> columns_of(const Table<T>& table, std::span<const std::size_t> columns) {
  Table<T> picked(table.rows(), columns.size());
  for (std::size_t i = 0; i < picked.rows(); ++i) {
    for (std::size_t k = 0; k < picked.columns(); ++k) {
      picked(i, k) = table(i, columns[k]);
    }
  }
  return picked;
}

}  // namespace violin
