// Guests come, move and go while others send them all they can.
#include <csignal>

#include "tests/scenarios/cli/live.h"

namespace violin {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class LiveChurn : public LiveGuests {
 public:
  ~LiveChurn() override {
    for (const auto& flood : floods_) {
      flood->signal(SIGKILL);
      flood->wait();
    }
  }

 protected:
  // As root in the guest ping sends as fast as answers come, and 100 a second at least.
  void flood(const std::string& from, const std::string& to) {
    floods_.push_back(
        std::make_unique<Program>(std::vector<std::string>{VIOLIN_BINARY, "exec", from, "--",
                                                           "ping", "-q", "-f", "-w", "60", to},
                                  folder(), folder() / ("flood" + std::to_string(floods_.size()))));
  }
  // Some hundred frames more than now.
  void expect_flooded(const std::string& name) {
    const auto made = [&] {
      return status(name).value("/ledger/in"_json_pointer, std::uint64_t{0});
    };
    const std::uint64_t before = made();
    EXPECT_TRUE(comes_true([&] { return made() >= before + 100; }, std::chrono::seconds(20)));
  }
  void expect_balanced(const std::string& name) {
    const Json told = status(name);
    ASSERT_TRUE(told.contains("ledger")) << told;  // the daemon lives
    EXPECT_TRUE(comes_true([&] { return status(name)["ledger"]["balanced"] == true; },
                           std::chrono::seconds(5)));
  }

 private:
  std::vector<std::unique_ptr<Program>> floods_;
};

TEST_F(LiveChurn, GuestsThatSendAndAreSentToMoveAndGoWithoutHarmToTheRest) {
  ASSERT_EQ(up_pair("churn").code, 0);
  for (int round = 0; round < 3; ++round) {
    const std::string address = "10.9.0." + std::to_string(10 + round);
    const Ended added = violin(
        {"node", "add", "churn/c", "--host", "h2", "--to", "s", "--address", address + "/24"});
    ASSERT_EQ(added.code, 0) << added.err;
    ASSERT_EQ(exec("churn/c", {"ping", "-c", "1", "-W", "5", "10.9.0.1"}).code, 0);
    flood("churn/c", "10.9.0.1");
    flood("churn/a", address);
    expect_flooded("churn");
    const Ended moved = violin({"node", "migrate", "churn/c", "h1"});
    EXPECT_EQ(moved.code, 0) << moved.err;
    flood("churn/c", "10.9.0.1");
    expect_flooded("churn");
    const Ended removed = violin({"node", "remove", "churn/c"});
    EXPECT_EQ(removed.code, 0) << removed.err;
    expect_balanced("churn");
  }
  EXPECT_TRUE(a_reaches_b("churn"));
  flood("churn/a", "10.9.0.2");
  flood("churn/b", "10.9.0.1");
  expect_flooded("churn");
  const Ended down = violin({"down", "churn"});
  EXPECT_EQ(down.code, 0) << down.err;
  EXPECT_THAT(down.out, HasSubstr("Books:"));
  EXPECT_THAT(down.out, Not(HasSubstr("NOT BALANCED")));
}

}  // namespace
}  // namespace violin
