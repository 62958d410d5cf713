// SNDlib networks; with a link delay where the size is even.
#include "models/substrate/sndlib.h"
#include "tests/fuzz/substrate_load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace violin;
  const std::string_view text = fuzz::as_text(data, size);
  return fuzz::load_or_refuse([&] {
    SndlibOptions options;
    if (size % 2 == 0) {
      options.link_delay = Duration{1000};
    }
    fuzz::use(load_sndlib({"network", text}, options).graph);
  });
}
