// Arbitrary bytes as a VXLAN datagram: what is taken gives back the bytes when it is sent again.
#include <cstdint>

#include "datapath/tunnel/vxlan.h"
#include "tests/fuzz/fuzz_encapsulation.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  violin::Vxlan tunnel(0x2a);
  violin::check_encapsulation(tunnel, {data, size});
  return 0;
}
