// Hub location instances.
#include "models/placement/hub/hub_file.h"
#include "tests/fuzz/substrate_load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace violin;
  const std::string_view text = fuzz::as_text(data, size);
  return fuzz::load_or_refuse([&] { check(load_hub_problem({"hubs", text})); });
}
