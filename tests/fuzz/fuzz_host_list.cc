// Lists of hosts, in both forms.
#include "models/substrate/host_list.h"
#include "tests/fuzz/substrate_load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace violin;
  const std::string_view text = fuzz::as_text(data, size);
  fuzz::load_or_refuse([&] { load_host_names({"names", text}); });
  return fuzz::load_or_refuse([&] { load_planetlab_hosts({"hosts", text}); });
}
