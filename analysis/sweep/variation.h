// What a study varies, as its author writes it: KEY=VALUES.
//
//   entity.<name>.host=*            overlay hosts by name or pattern
//   lan.<vswitch>.switches=1..5     vSwitches that a vLAN is spread over, 1 to 64
//   substrate.scale=0.5,1,2         factor of all delays, 0.001 to 1000
//   substrate.file=a.txt,b.txt      other data of the substrate, paths as in the scenario
//   demand.scale=1..4:0.5           growth of all that is demanded, 1e-6 to 1e6
//   weight.<term>=0,1,10            of the objective, 0 to 1e12
//   seed=1..10                      of all randomness
//
// VALUES is a list, separated by commas; numbers may be ranges a..b or a..b:step, both ends
// included. Values are in the order written, each once, at most kMostValues.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace violin::sweep {

inline constexpr std::size_t kMostValues = 1'000'000;

enum class Subject : std::uint8_t { kHost, kSwitches, kScale, kFile, kDemand, kWeight, kSeed };

struct Variation {
  std::string key;  // as written
  Subject subject{};
  std::string name{};                 // of the entity, vSwitch or term that the key names
  std::vector<std::string> values{};  // ranges written out, patterns as they are
};

// What is asked for does not make sense, or not for this scenario.
class VariationError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

// Throws VariationError naming the key or value and what was expected.
Variation parse_variation(std::string_view text);

// Of a value of any subject whose values are numbers.
double number_of(const std::string& value);
bool is_numeric(Subject subject);

}  // namespace violin::sweep
