// The texts of the regions east and west with a line of ==== between.
#include <array>

#include "models/substrate/cloud_regions.h"
#include "tests/fuzz/substrate_load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace violin;
  const std::string_view text = fuzz::as_text(data, size);
  return fuzz::load_or_refuse([&] {
    const auto [first, second] = fuzz::two_texts(text);
    const std::array<RegionText, 2> regions{
        {{"east", {"east", first}}, {"west", {"west", second}}}};
    fuzz::use(load_cloud_regions(regions));
  });
}
