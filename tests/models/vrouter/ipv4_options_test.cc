#include "models/vrouter/ipv4_options.h"

#include <gtest/gtest.h>

#include <vector>

namespace violin {
namespace {

using Bytes8 = std::vector<std::uint8_t>;

struct ScanCase {
  const char* name;
  Bytes8 options;
  std::optional<std::uint8_t> malformed;
  bool source_route;
  std::optional<std::uint8_t> record_route;
};

class ScanOptions : public testing::TestWithParam<ScanCase> {};

TEST_P(ScanOptions, FindsWhatConcernsARouter) {
  const Ipv4OptionScan scan = scan_options(GetParam().options);
  EXPECT_EQ(scan.malformed, GetParam().malformed);
  EXPECT_EQ(scan.source_route, GetParam().source_route);
  EXPECT_EQ(scan.record_route, GetParam().record_route);
}

// Types and layouts: RFC 791 section 3.1; router alert RFC 2113.
INSTANTIATE_TEST_SUITE_P(
    Rfc791, ScanOptions,
    testing::Values(ScanCase{"None", {}, {}, false, {}},
                    ScanCase{"NoOperations", {1, 1, 1, 0}, {}, false, {}},
                    ScanCase{"NothingAfterTheEnd", {0, 131, 99, 99}, {}, false, {}},
                    ScanCase{"LooseSourceRoute", {131, 7, 4, 10, 0, 0, 1, 0}, {}, true, {}},
                    ScanCase{"StrictSourceRoute", {1, 137, 7, 4, 10, 0, 0, 1}, {}, true, {}},
                    ScanCase{"RecordRoute", {1, 7, 7, 4, 0, 0, 0, 0}, {}, false, 1},
                    ScanCase{"RouterAlert", {0x94, 4, 0, 0}, {}, false, {}},
                    ScanCase{"LengthMissing", {1, 1, 1, 7}, 3, false, {}},
                    ScanCase{"LengthBelowTwo", {0x94, 1, 0, 0}, 0, false, {}},
                    ScanCase{"LengthBeyondTheHeader", {1, 0x94, 4, 0}, 1, false, {}},
                    ScanCase{"RecordPointerTooSmall", {7, 7, 3, 0, 0, 0, 0, 0}, 0, false, {}}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(RecordRoute, WritesAtThePointerAndMovesItOn) {
  Bytes8 options = {7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  record_route(options, 0, Ipv4Address(10, 0, 0, 1));
  EXPECT_EQ(options, (Bytes8{7, 11, 8, 10, 0, 0, 1, 0, 0, 0, 0, 0}));
  record_route(options, 0, Ipv4Address(10, 0, 1, 1));
  EXPECT_EQ(options, (Bytes8{7, 11, 12, 10, 0, 0, 1, 10, 0, 1, 1, 0}));
}

TEST(RecordRoute, LeavesAFullOptionAlone) {
  Bytes8 options = {7, 7, 8, 10, 0, 0, 1, 0};
  const Bytes8 before = options;
  record_route(options, 0, Ipv4Address(10, 0, 9, 9));
  EXPECT_EQ(options, before);
}

}  // namespace
}  // namespace violin
