// Counter-based random streams: every component owns one, named by (run seed, component name), so
// that what one component draws never depends on any other.
//
// Source: Philox4x32-10 of Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2,
// 3", SC 2011. The key is a 64-bit hash of seed and name; the counter counts blocks of 128 bits.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

namespace violin {

// One block of Philox4x32-10.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

// A std::uniform_random_bit_generator of 64-bit words with a period of 2^65.
class RandomStream {
 public:
  using result_type = std::uint64_t;

  RandomStream(std::uint64_t run_seed, std::string_view name);

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }

  // The next word.
  result_type operator()();
  // The word that is number `index` of this stream, whatever has been drawn so far.
  result_type at(std::uint64_t index) const;

  // Uniform in [0, 1), 53 bits.
  double uniform() { return to_unit((*this)()); }
  static double to_unit(std::uint64_t word) { return static_cast<double>(word >> 11) * 0x1.0p-53; }
  // True with probability p; p <= 0 draws nothing.
  bool chance(double p) { return p > 0 && uniform() < p; }

 private:
  std::array<std::uint32_t, 4> block(std::uint64_t number) const;

  std::array<std::uint32_t, 2> key_;
  std::uint64_t index_ = 0;
  std::uint64_t spare_ = 0;  // the second word of block index_ / 2, while index_ is odd
};

}  // namespace violin
