// Ping runs and the trace that they make.
#include "models/substrate/ping_trace.h"
#include "tests/fuzz/substrate_load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace violin;
  const std::string_view text = fuzz::as_text(data, size);
  return fuzz::load_or_refuse([&] {
    const auto runs = load_ping_runs({"pings", text});
    ping_trace(runs, {{"1", HostId{0}}, {"2", HostId{1}}});
  });
}
