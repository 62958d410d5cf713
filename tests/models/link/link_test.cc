#include "models/link/link.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/models/link/traffic.h"

namespace violin::link_test {
namespace {

using namespace std::chrono_literals;
using Numbers = std::vector<std::uint64_t>;

void send(Kernel& kernel, Link& link, std::uint64_t number) {
  Frame frame = numbered(kernel, number);
  link.near_end().send(frame, kernel.now());
}

TEST(Link, CarriesFramesToItsFarEnd) {
  Kernel kernel;
  Recorder far;
  Link link(kernel, "link", far.port(4), {.delay = ConstantDelay{3ms}});
  send(kernel, link, 1);
  kernel.run();
  ASSERT_EQ(far.numbers(), Numbers{1});
  EXPECT_EQ(far.arrivals[0].port, PortIndex{4});
  EXPECT_EQ(far.arrivals[0].at, kRunStart + 3ms);
}

TEST(Link, TakesFramesInFlightAlongToANewFarEnd) {
  Kernel kernel;
  Recorder before;
  Recorder after;
  Link link(kernel, "link", before.port(), {.delay = ConstantDelay{3ms}});
  send(kernel, link, 1);
  kernel.run_until(kRunStart + 1ms);
  link.connect(after.port());
  send(kernel, link, 2);
  kernel.run();
  EXPECT_EQ(before.numbers(), Numbers{});
  EXPECT_EQ(after.numbers(), (Numbers{1, 2}));
}

TEST(Link, DropsEverythingWithoutAFarEnd) {
  Kernel kernel;
  Recorder far;
  Link link(kernel, "link", far.port(), {.delay = ConstantDelay{3ms}});
  send(kernel, link, 1);
  link.connect({});
  send(kernel, link, 2);
  kernel.run();
  EXPECT_EQ(link.pipe().ledger().drops(Drop::kDetached), 2U);
  EXPECT_TRUE(link.pipe().ledger().balances(0));
}

}  // namespace
}  // namespace violin::link_test
