// CPU traces and the capacities that they leave.
#include "models/substrate/cpu_trace.h"
#include "tests/fuzz/substrate_load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace violin;
  const std::string_view text = fuzz::as_text(data, size);
  return fuzz::load_or_refuse([&] {
    for (const CpuTrace& trace : load_cpu_traces({"cpu", text})) {
      capacity_trace(HostId{0}, trace, {.idle = FrameRate{1000}});
    }
  });
}
