// GraphML; with a link delay where the size is even.
#include "models/substrate/topology_zoo.h"
#include "tests/fuzz/substrate_load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace violin;
  const std::string_view text = fuzz::as_text(data, size);
  return fuzz::load_or_refuse([&] {
    TopologyZooOptions options;
    if (size % 2 == 0) {
      options.link_delay = Duration{1000};
    }
    fuzz::use(load_topology_zoo({"graph", text}, options));
  });
}
