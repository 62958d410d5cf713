#include "models/placement/hub/cover_reduction.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>

namespace violin {
namespace {

using Word = std::uint64_t;
constexpr std::size_t kBits = 64;

bool subset(std::span<const Word> a, std::span<const Word> b) {
  for (std::size_t w = 0; w < a.size(); ++w) {
    if ((a[w] & ~b[w]) != 0) {
      return false;
    }
  }
  return true;
}

// One set of bits for each of `rows`: which of `columns` are related to it.
template <typename Related>
Table<Word> bits_of(const std::vector<std::size_t>& rows, const std::vector<std::size_t>& columns,
                    Related related) {
  Table<Word> bits(rows.size(), columns.size() / kBits + 1);
  for (std::size_t a = 0; a < rows.size(); ++a) {
    for (std::size_t b = 0; b < columns.size(); ++b) {
      bits(a, b / kBits) |= Word{related(rows[a], columns[b])} << b % kBits;
    }
  }
  return bits;
}

// Drops each row for which another one, still there, makes `needless(row, other)` true. True if
// any.
template <typename Needless>
bool drop(std::vector<std::size_t>& rows, const Table<Word>& bits, Needless needless) {
  std::vector<char> dropped(rows.size());
  std::vector<std::size_t> kept;
  for (std::size_t a = 0; a < rows.size(); ++a) {
    for (std::size_t b = 0; b < rows.size() && dropped[a] == 0; ++b) {
      const bool equal = a < b && std::ranges::equal(bits.row(a), bits.row(b));
      dropped[a] =
          a != b && dropped[b] == 0 && !equal && needless(bits.row(a), bits.row(b)) ? 1 : 0;
    }
    if (dropped[a] == 0) {
      kept.push_back(rows[a]);
    }
  }
  const bool any = kept.size() < rows.size();
  rows = std::move(kept);
  return any;
}

}  // namespace

CoverCore core_of_cover(const MedianProblem& problem, Distance reach) {
  CoverCore core{std::vector<std::size_t>(problem.points()),
                 std::vector<std::size_t>(problem.candidates())};
  std::iota(core.points.begin(), core.points.end(), std::size_t{0});
  std::iota(core.candidates.begin(), core.candidates.end(), std::size_t{0});
  for (bool more = true; more;) {
    const auto reaches = [&](std::size_t k, std::size_t i) {
      return problem.distance(i, k) <= reach;
    };
    const Table<Word> reached = bits_of(core.candidates, core.points, reaches);
    more = drop(core.candidates, reached, [](auto a, auto b) { return subset(a, b); });
    const Table<Word> reaching = bits_of(
        core.points, core.candidates, [&](std::size_t i, std::size_t k) { return reaches(k, i); });
    more |= drop(core.points, reaching, [](auto a, auto b) { return subset(b, a); });
  }
  return core;
}

}  // namespace violin
