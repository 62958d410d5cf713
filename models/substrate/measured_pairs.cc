#include "models/substrate/measured_pairs.h"

#include "core/require.h"
#include "models/substrate/text_fields.h"

namespace violin {

MeasuredPairs::MeasuredPairs(std::size_t hosts) : hosts_(hosts) {
  require(hosts <= kMostHosts, "measurements are of at most kMostHosts hosts");
  sums_.resize(hosts * hosts);
}

void MeasuredPairs::add(std::size_t from, std::size_t to, double round_trip_ms) {
  Sum& sum = sums_[from * hosts_ + to];
  sum.milliseconds += round_trip_ms;
  ++sum.count;
}

bool MeasuredPairs::measured(std::size_t from, std::size_t to) const {
  return sums_[from * hosts_ + to].count > 0;
}

const MeasuredPairs::Sum& MeasuredPairs::best(std::size_t from, std::size_t to) const {
  return sums_[measured(from, to) ? from * hosts_ + to : to * hosts_ + from];
}

DelayMatrix MeasuredPairs::delays() const {
  DelayMatrix delays(hosts_);
  for (std::size_t from = 0; from < hosts_; ++from) {
    for (std::size_t to = 0; to < hosts_; ++to) {
      const Sum& sum = best(from, to);
      if (from != to && sum.count > 0) {
        delays.set(from, to, half_of_rtt(sum.milliseconds / sum.count));
      }
    }
  }
  return delays;
}

std::optional<std::pair<std::size_t, std::size_t>> MeasuredPairs::first_unmeasured() const {
  for (std::size_t from = 0; from < hosts_; ++from) {
    for (std::size_t to = from + 1; to < hosts_; ++to) {
      if (best(from, to).count == 0) {
        return std::pair(from, to);
      }
    }
  }
  return std::nullopt;
}

}  // namespace violin
