#include "models/vhost/path_mtu.h"

#include <algorithm>
#include <array>

namespace violin {
namespace {

// RFC 1191 table 7-1.
constexpr std::array<std::uint32_t, 11> kPlateaus = {65535, 32000, 17914, 8166, 4352, 2002,
                                                     1492,  1006,  508,   296,  68};

std::uint32_t plateau_below(std::uint32_t size) {
  const auto* at = std::ranges::find_if(kPlateaus, [&](std::uint32_t p) { return p < size; });
  return at == kPlateaus.end() ? PathMtuCache::kMinimum : *at;
}

}  // namespace

std::uint32_t PathMtuCache::lower(Ipv4Address destination, std::uint32_t refused,
                                  std::uint32_t next_hop_mtu, TimePoint now) {
  std::uint32_t mtu = next_hop_mtu != 0 ? next_hop_mtu : plateau_below(refused);
  mtu = std::max(mtu, kMinimum);
  if (const auto known = find(destination, now)) {
    mtu = std::min(mtu, *known);
  } else {
    make_room(now);
  }
  const Entry entry{destination, mtu, now + kLifetime};
  const auto at = std::ranges::lower_bound(entries_, destination, {}, &Entry::destination);
  if (at != entries_.end() && at->destination == destination) {
    *at = entry;
  } else {
    entries_.insert(at, entry);
  }
  return mtu;
}

std::optional<std::uint32_t> PathMtuCache::find(Ipv4Address destination, TimePoint now) const {
  const auto at = std::ranges::lower_bound(entries_, destination, {}, &Entry::destination);
  if (at == entries_.end() || at->destination != destination || now >= at->ends) {
    return std::nullopt;
  }
  return at->mtu;
}

void PathMtuCache::make_room(TimePoint now) {
  std::erase_if(entries_, [&](const Entry& entry) { return now >= entry.ends; });
  if (entries_.size() >= kMaxEntries) {
    entries_.erase(std::ranges::min_element(entries_, {}, &Entry::ends));
  }
}

}  // namespace violin
