// Which alternatives a study looks at. Alternative i is a function of the design and i alone, so
// that any thread of any machine can make it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace violin::sweep {

// By axis, the position among its values; nullopt: as the scenario has it.
using Choice = std::vector<std::optional<std::size_t>>;

class Design {
 public:
  // Every combination; the last axis varies fastest. Throws std::invalid_argument if there are
  // more than kMost. Axes have one value or more (std::logic_error).
  static Design grid(std::vector<std::size_t> axes);
  // So many different ones of the grid, in its order, any set as likely as another; all if it has
  // no more. The grid may have up to 2^63 - 1.
  static Design random(std::vector<std::size_t> axes, std::uint64_t samples, std::uint64_t seed);
  // The scenario as it is, then each value of each axis by itself; `given` tells which of its
  // values an axis has already.
  static Design one_at_a_time(const std::vector<std::size_t>& axes, const Choice& given);

  static constexpr std::uint64_t kMost = 10'000'000;

  std::uint64_t size() const { return size_; }
  Choice at(std::uint64_t index) const;

 private:
  Design(std::vector<std::size_t> axes, std::uint64_t size) : axes_(std::move(axes)), size_(size) {}

  std::vector<std::size_t> axes_;
  std::uint64_t size_;
  std::vector<std::uint64_t> picked_;  // of the grid, if random
  std::vector<Choice> listed_;         // if one at a time
};

}  // namespace violin::sweep
