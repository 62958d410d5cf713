// RTT matrices.
#include "models/substrate/rtt_matrix.h"
#include "tests/fuzz/substrate_load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace violin;
  const std::string_view text = fuzz::as_text(data, size);
  return fuzz::load_or_refuse([&] { fuzz::use(load_rtt_matrix({"matrix", text})); });
}
