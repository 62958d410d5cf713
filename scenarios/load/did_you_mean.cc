#include "scenarios/load/did_you_mean.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace violin::scenario {

namespace {

// Names are short; longer text is not a misspelt one.
constexpr std::size_t kLongestName = 64;
// Among more, the nearest tells little, and every error would look through all of them.
constexpr std::size_t kMostKnown = 10'000;

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, substituted});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

std::string did_you_mean(std::string_view wrong, std::span<const std::string> known) {
  if (wrong.size() > kLongestName || known.size() > kMostKnown) {
    return {};
  }
  const std::string folded = lower(wrong);
  const std::string* nearest = nullptr;
  // Of one letter, only its case can be wrong.
  const std::size_t most = wrong.size() < 2 ? 0 : std::max<std::size_t>(1, wrong.size() / 3);
  std::size_t least = most + 1;
  for (const std::string& name : known) {
    const std::size_t longer = std::max(name.size(), wrong.size());
    const std::size_t shorter = std::min(name.size(), wrong.size());
    if (longer - shorter >= least) {
      continue;
    }
    if (const std::size_t distance = edit_distance(folded, lower(name)); distance < least) {
      least = distance;
      nearest = &name;
    }
  }
  return nearest == nullptr ? std::string() : "; did you mean '" + *nearest + "'?";
}

}  // namespace violin::scenario
