#include "tests/fuzz/scenario_property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  violin::scenario::check_scenario(data, size, violin::scenario::InputFormat::kJson);
  return 0;
}
