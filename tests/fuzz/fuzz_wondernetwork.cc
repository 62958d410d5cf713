// The servers, a line of ====, the pings.
#include "models/substrate/wondernetwork.h"
#include "tests/fuzz/substrate_load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace violin;
  const std::string_view text = fuzz::as_text(data, size);
  return fuzz::load_or_refuse([&] {
    const auto [servers, pings] = fuzz::two_texts(text);
    const SourceText server_text{"servers", servers};
    const SourceText ping_text{"pings", pings};
    fuzz::use(load_wondernetwork(server_text, ping_text));
  });
}
