#include "models/substrate/host_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/substrate/failing_load.h"

namespace violin {
namespace {

using testing::ElementsAre;

TEST(HostNames, AreOnePerLineAmongBlankLinesAndComments) {
  EXPECT_THAT(load_host_names({"test.txt", "# hosts\nplanetlab1.example.org\r\n\n  b_2 \n"}),
              ElementsAre("planetlab1.example.org", "b_2"));
}

class BadHostNames : public testing::TestWithParam<BadText> {};
TEST_P(BadHostNames, AreRefusedAtTheirPlace) {
  expect_first_problem(GetParam(), [] { load_host_names({"test.txt", GetParam().text}); });
}
INSTANTIATE_TEST_SUITE_P(All, BadHostNames,
                         testing::Values(BadText{"Empty", "", {0, 0}, "empty"},
                                         BadText{"TwoWords", "a\n b c\n", {2, 2}, "'b c'"},
                                         BadText{"Twice", "a\nb\na\n", {3, 1}, "second host"},
                                         BadText{"Umlaut", "z\xc3\xbcrich\n", {1, 1}, "not a host"},
                                         BadText{"InvalidUtf8", "a\n\xfc\n", {2, 1}, "UTF-8"}),
                         name_of);

const std::string kHeader =
    "[User ID]\t[IP Address]\t[Country]\t[IP No.]\t[AS]\t[Latitude]\t[Longitude]\n";

TEST(PlanetlabHosts, HaveAddressCountrySystemAndPosition) {
  const std::string text =
      kHeader + "0\t192.0.2.1\tNew Zealand\t7\tAS64500 Example, Inc.\t-41.5\t174\n";
  const std::vector<OverlayHost> hosts = load_planetlab_hosts({"test.txt", text});
  ASSERT_EQ(hosts.size(), 1U);
  EXPECT_EQ(hosts[0].name, "192.0.2.1");
  EXPECT_EQ(hosts[0].country, "New Zealand");
  EXPECT_EQ(hosts[0].autonomous_system, "AS64500 Example, Inc.");
  EXPECT_EQ(hosts[0].position, (Coordinates{-41.5, 174}));
}

class BadPlanetlabHosts : public testing::TestWithParam<BadText> {};
TEST_P(BadPlanetlabHosts, AreRefusedAtTheirPlace) {
  expect_first_problem(GetParam(), [] { load_planetlab_hosts({"test.txt", GetParam().text}); });
}
INSTANTIATE_TEST_SUITE_P(
    All, BadPlanetlabHosts,
    testing::Values(BadText{"HeaderOnly", kHeader, {0, 0}, "no host"},
                    BadText{"FewFields", kHeader + "0\ta\tb\n", {2, 1}, "3 fields"},
                    BadText{"NoLatitude", kHeader + "0\ta\tb\t1\tAS1\t\t0\n", {2, 13}, "latitude"},
                    BadText{"OffTheGlobe", kHeader + "0\ta\tb\t1\tAS1\t0\t181\n", {2, 15}, "range"},
                    BadText{"Twice",
                            kHeader + "0\ta\tb\t1\tAS1\t0\t0\n1\ta\tb\t1\tAS1\t0\t0\n",
                            {3, 3},
                            "second host"}),
    name_of);

}  // namespace
}  // namespace violin
