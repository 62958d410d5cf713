// The latencies, and after a line of ==== the weights.
#include "models/substrate/rocketfuel.h"
#include "tests/fuzz/substrate_load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace violin;
  const std::string_view text = fuzz::as_text(data, size);
  return fuzz::load_or_refuse([&] {
    const auto [latencies, weights] = fuzz::two_texts(text);
    const auto weight_text =
        weights.empty() ? std::nullopt : std::optional(SourceText{"weights", weights});
    fuzz::use(load_rocketfuel({"latencies", latencies}, weight_text));
  });
}
