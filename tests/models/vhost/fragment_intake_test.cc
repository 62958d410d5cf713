// RFC 791 section 3.2, RFC 1122 section 3.3.2: the time counts from the first fragment to arrive.
#include "models/vhost/fragment_intake.h"

#include <gtest/gtest.h>

#include "tests/models/vhost/testbed.h"

namespace violin {
namespace {

using namespace testbed;

struct Station {
  struct Told {
    std::uint16_t identification;
    TimePoint when;
    bool operator==(const Told&) const = default;
  };

  Kernel kernel;
  EventOrigin origin{kernel};
  Ledger ledger;
  ReassemblyConfig config{.timeout = 30s};
  std::vector<Told> told;
  std::optional<FragmentIntake> intake;

  Station() {
    intake.emplace(kernel, origin, config, ledger,
                   [this](FragmentIntake::Datagram first, TimePoint now) {
                     told.push_back({first.header.identification, now});
                     ledger.drop(std::move(first.packet.frame), Drop::kReassembly);
                   });
  }
  // Eight bytes of payload at `offset`, in units of eight, at the present time.
  std::optional<FragmentIntake::Datagram> add(std::uint16_t identification, std::uint16_t offset,
                                              bool more) {
    wire::Ipv4Header header;
    header.total_length = 28;
    header.fragment_offset = offset;
    header.more_fragments = more;
    header.identification = identification;
    header.source = ip("10.0.0.2");
    header.destination = ip("10.0.0.1");
    Frame frame = kernel.frames().copy_of(std::vector<std::uint8_t>(8, 0x55));
    header.serialize(frame.push_front(20));
    ++ledger.in;
    return intake->add(header, {std::move(frame), 0}, kernel.now());
  }
};

TEST(FragmentIntake, ReturnsTheWholeWithAHeaderThatSaysSo) {
  Station station;
  EXPECT_FALSE(station.add(7, 1, false));
  const auto whole = station.add(7, 0, true);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->header.total_length, 36);
  EXPECT_FALSE(whole->header.is_fragment());
  EXPECT_EQ(whole->packet.payload(whole->header).size(), 16U);
}

TEST(FragmentIntake, WaitsForNothingOnceAllIsWhole) {
  Station station;
  EXPECT_FALSE(station.add(7, 0, true));
  EXPECT_TRUE(station.add(7, 1, false));
  station.kernel.run();
  EXPECT_TRUE(station.told.empty());
  EXPECT_EQ(station.kernel.now(), kRunStart);
}

TEST(FragmentIntake, EndsEachDatagramWhenItsOwnTimeIsOver) {
  Station station;
  EXPECT_FALSE(station.add(1, 0, true));
  station.kernel.run_until(at(2s));
  EXPECT_FALSE(station.add(2, 1, false));  // its first fragment never comes: nobody is told
  station.kernel.run_until(at(5s));
  EXPECT_FALSE(station.add(3, 0, true));
  station.kernel.run();
  EXPECT_EQ(station.told, (std::vector<Station::Told>{{1, at(30s)}, {3, at(35s)}}));
  EXPECT_EQ(station.ledger.drops(Drop::kReassembly), 3U);
  EXPECT_TRUE(station.ledger.balances(0));
}

TEST(FragmentIntake, EndsWhatItHoldsWhenAbandoned) {
  Station station;
  EXPECT_FALSE(station.add(1, 0, true));
  EXPECT_EQ(station.intake->queued(), 1U);
  station.intake->abandon(Drop::kHostDown);
  station.kernel.run();
  EXPECT_TRUE(station.told.empty());
  EXPECT_EQ(station.ledger.drops(Drop::kHostDown), 1U);
  EXPECT_TRUE(station.ledger.balances(0));
}

TEST(FragmentIntake, MayBeDestroyedByWhomItTells) {
  Station station;
  station.intake.emplace(station.kernel, station.origin, station.config, station.ledger,
                         [&](FragmentIntake::Datagram first, TimePoint) {
                           station.ledger.drop(std::move(first.packet.frame), Drop::kReassembly);
                           station.intake.reset();
                         });
  EXPECT_FALSE(station.add(1, 0, true));
  EXPECT_FALSE(station.add(2, 0, true));  // due at the same time
  station.kernel.run();
  EXPECT_EQ(station.ledger.drops(Drop::kReassembly), 2U);
  EXPECT_TRUE(station.ledger.balances(0));
}

}  // namespace
}  // namespace violin
