// Capacities and fixed costs of three nodes.
#include "models/placement/hub/hub_file.h"
#include "tests/fuzz/substrate_load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace violin;
  const std::string_view text = fuzz::as_text(data, size);
  fuzz::load_or_refuse([&] {
    require(load_capacities({"capacities", text}, 3).size() == 3, "as many as there are nodes");
  });
  return fuzz::load_or_refuse([&] {
    for (const double cost : load_fixed_costs({"costs", text}, 3)) {
      require(cost >= 0, "a cost is not negative");
    }
  });
}
