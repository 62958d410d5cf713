// Arbitrary bytes as an L2TPv3 datagram: what is taken gives back the bytes when it is sent again.
#include <algorithm>
#include <cstdint>
#include <span>

#include "datapath/tunnel/l2tpv3.h"
#include "tests/fuzz/fuzz_encapsulation.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using violin::CookieSize;
  for (const CookieSize cookie : {CookieSize::kNone, CookieSize::k32, CookieSize::k64}) {
    for (const bool counter : {false, true}) {
      violin::L2tpv3Options options{.send_session = 7, .receive_session = 7, .cookie_size = cookie};
      options.send_cookie = options.receive_cookie = cookie == CookieSize::kNone ? 0 : 0x636f6f6b;
      options.counter = counter;
      violin::L2tpv3 tunnel(options);
      violin::check_encapsulation(tunnel, {data, size});
    }
  }
  return 0;
}
