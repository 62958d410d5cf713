#include "core/quantity.h"

#include <array>

namespace violin {

namespace {

struct Unit {
  std::uint64_t factor;
  const char* name;
};

template <std::size_t N>
std::string in_largest_exact(std::uint64_t value, const std::array<Unit, N>& units) {
  for (const Unit& unit : units) {
    if (value != 0 && value % unit.factor == 0) {
      return std::to_string(value / unit.factor) + unit.name;
    }
  }
  return std::to_string(value) + units.back().name;
}

constexpr std::array kRateUnits = {Unit{1'000'000'000, "Gbit/s"}, Unit{1'000'000, "Mbit/s"},
                                   Unit{1'000, "kbit/s"}, Unit{1, "bit/s"}};
constexpr std::array kSizeUnits = {Unit{1ULL << 30, "GiB"}, Unit{1ULL << 20, "MiB"},
                                   Unit{1ULL << 10, "KiB"}, Unit{1, "B"}};

}  // namespace

std::string to_string(BitRate rate) { return in_largest_exact(rate.bits_per_second(), kRateUnits); }
std::string to_string(Bytes size) { return in_largest_exact(size.value, kSizeUnits); }

}  // namespace violin
