#include "models/placement/hub/cheapest_sites.h"

#include <algorithm>
#include <limits>

namespace violin {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

CheapestSites::CheapestSites(std::span<const std::size_t> fixed, std::vector<std::size_t> free,
                             std::optional<std::size_t> hubs, std::span<const double> values)
    : values_(values),
      taken_(values.size()),
      counted_(hubs.has_value()),
      last_in_(-kInfinity),
      first_out_(kInfinity) {
  for (const std::size_t k : fixed) {
    taken_[k] = 1;
    sum_ += values[k];
  }
  if (counted_) {
    take_lacking(std::move(free), *hubs - std::min(*hubs, fixed.size()));
    return;
  }
  for (const std::size_t k : free) {
    taken_[k] = values[k] < 0 ? 1 : 0;
    sum_ += std::min(0.0, values[k]);
  }
}

void CheapestSites::take_lacking(std::vector<std::size_t> free, std::size_t lacking) {
  if (free.size() < lacking) {
    sum_ = kInfinity;
    return;
  }
  const auto end = free.begin() + static_cast<std::ptrdiff_t>(lacking);
  const auto cheaper = [this](std::size_t a, std::size_t b) { return values_[a] < values_[b]; };
  if (end != free.end()) {
    std::nth_element(free.begin(), end, free.end(), cheaper);
    first_out_ = values_[*end];
  }
  for (auto k = free.begin(); k != end; ++k) {
    taken_[*k] = 1;
    sum_ += values_[*k];
    last_in_ = std::max(last_in_, values_[*k]);
  }
}

double CheapestSites::with(std::size_t site) const {
  if (takes(site)) {
    return 0;
  }
  return counted_ ? values_[site] - last_in_ : values_[site];
}

double CheapestSites::without(std::size_t site) const {
  if (!takes(site)) {
    return 0;
  }
  return counted_ ? first_out_ - values_[site] : -values_[site];
}

}  // namespace violin
