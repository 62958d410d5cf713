// A set of small numbers in each row, as bits.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "models/placement/hub/table.h"

namespace violin {

class BitTable {
 public:
  BitTable() = default;
  // Numbers are below `columns`; no set has any.
  BitTable(std::size_t rows, std::size_t columns) : words_(rows, columns / kBits + 1) {}

  bool has(std::size_t row, std::size_t column) const {
    return (words_(row, column / kBits) >> column % kBits & 1) != 0;
  }
  void add(std::size_t row, std::size_t column) {
    words_(row, column / kBits) |= Word{1} << column % kBits;
  }
  void remove(std::size_t row, std::size_t column) {
    words_(row, column / kBits) &= ~(Word{1} << column % kBits);
  }
  // All of a's numbers are b's too.
  bool subset(std::size_t a, std::size_t b) const {
    for (std::size_t w = 0; w < words_.columns(); ++w) {
      if ((words_(a, w) & ~words_(b, w)) != 0) {
        return false;
      }
    }
    return true;
  }
  // In ascending order. `visit` may change the table.
  template <typename Visit>
  void for_each(std::size_t row, Visit visit) const {
    for (std::size_t w = 0; w < words_.columns(); ++w) {
      for (Word word = words_(row, w); word != 0; word &= word - 1) {
        visit(w * kBits + static_cast<std::size_t>(std::countr_zero(word)));
      }
    }
  }

 private:
  using Word = std::uint64_t;
  static constexpr std::size_t kBits = 64;

  Table<Word> words_;
};

}  // namespace violin
