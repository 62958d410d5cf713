#include "core/pcapng.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <sstream>
#include <streambuf>
#include <vector>

#include "tests/core/tshark.h"

namespace violin {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Direction = PcapngWriter::Direction;

// An ARP request: 10.0.1.1 asks for 10.0.1.2 (RFC 826).
const std::vector<std::uint8_t> kArp = {
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0,  0, 0, 0, 7, 0x08, 0x06, 0, 1, 8, 0,  6, 4, 0,
    1,    2,    0,    0,    0,    0,    7, 10, 0, 1, 1, 0, 0,    0,    0, 0, 0, 10, 0, 1, 2};

class Pcapng : public ::testing::Test {
 protected:
  std::uint32_t word(std::size_t at) const {
    const std::string bytes = out_.str();
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) {
      value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    }
    return value;
  }

  FramePool pool_;
  std::ostringstream out_;
};

// Block by block after the draft: type, total length, body, total length, all multiples of four.
TEST_F(Pcapng, WritesBlocksThatEndWithTheLengthThatTheyBeginWith) {
  PcapngWriter writer(out_, "test");
  std::mt19937_64 random(1);
  const auto vnic = writer.add_interface({"eth0", "a description", MacAddress::local(1)});
  for (std::size_t i = 0; i < 50; ++i) {
    writer.write(vnic, pool_.make(random() % 100), kRunStart, Direction::kInbound,
                 std::string(random() % 9, 'x'));
  }
  writer.close(kRunStart);
  std::vector<std::uint32_t> types;
  std::size_t at = 0;
  for (; at < out_.str().size(); at += word(at + 4)) {
    types.push_back(word(at));
    ASSERT_EQ(word(at + 4) % 4, 0U);
    ASSERT_EQ(word(at + word(at + 4) - 4), word(at + 4));
  }
  EXPECT_EQ(at, out_.str().size());
  ASSERT_EQ(types.size(), 53U);
  EXPECT_EQ(types.front(), 0x0a0d0d0aU);
  EXPECT_EQ(types[1], 1U);
  EXPECT_EQ(types[2], 6U);
  EXPECT_EQ(types.back(), 5U);
}

TEST_F(Pcapng, CountsFramesPerInterface) {
  PcapngWriter writer(out_, "test");
  const auto a = writer.add_interface({"a", "", {}});
  const auto b = writer.add_interface({"b", "", {}});
  writer.write(b, pool_.make(14), kRunStart, Direction::kInbound);
  EXPECT_EQ(writer.frames(a), 0U);
  EXPECT_EQ(writer.frames(b), 1U);
}

TEST_F(Pcapng, RefusesInterfacesThatWereNotAddedAndAnythingAfterItsEnd) {
  PcapngWriter writer(out_, "test");
  const auto vnic = writer.add_interface({"a", "", {}});
  const Frame frame = pool_.make(14);
  EXPECT_THROW(writer.write(PcapngWriter::InterfaceId{1}, frame, kRunStart, Direction::kInbound),
               std::logic_error);
  writer.close(kRunStart);
  EXPECT_THROW(writer.write(vnic, frame, kRunStart, Direction::kInbound), std::logic_error);
  EXPECT_THROW(writer.add_interface({"b", "", {}}), std::logic_error);
  EXPECT_THROW(writer.close(kRunStart), std::logic_error);
}

TEST_F(Pcapng, RefusesTextsThatNoOptionHolds) {
  PcapngWriter writer(out_, "test");
  EXPECT_THROW(writer.add_interface({std::string(65'536, 'x'), "", {}}), std::logic_error);
  EXPECT_NO_THROW(writer.add_interface({std::string(65'535, 'x'), "", {}}));
}

// Takes `room` bytes, then fails as a full disk does.
class FullDisk final : public std::streambuf {
 public:
  explicit FullDisk(std::streamsize room) : room_(room) {}

 protected:
  std::streamsize xsputn(const char*, std::streamsize n) override {
    if (n > room_) {
      errno = ENOSPC;
      return 0;
    }
    room_ -= n;
    return n;
  }
  int_type overflow(int_type) override { return traits_type::eof(); }
  int sync() override {
    errno = ENOSPC;
    return room_ == 0 ? -1 : 0;
  }

 private:
  std::streamsize room_;
};

std::string message_of(const std::function<void()>& function) {
  try {
    function();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "nothing thrown";
}

TEST_F(Pcapng, SaysWhichCaptureFailedAtWhatAndWhy) {
  FullDisk nothing(0);
  std::ostream none(&nothing);
  EXPECT_EQ(message_of([&] { PcapngWriter(none, "out/lan.pcapng"); }),
            "capture out/lan.pcapng: cannot write the section header: No space left on device");

  FullDisk little(100);
  std::ostream some(&little);
  PcapngWriter writer(some, "out/lan.pcapng");
  const auto vnic = writer.add_interface({"a", "", {}});
  const Frame frame = pool_.make(100);
  EXPECT_EQ(message_of([&] { writer.write(vnic, frame, kRunStart, Direction::kInbound); }),
            "capture out/lan.pcapng: cannot write a frame: No space left on device");
  EXPECT_EQ(message_of([&] { writer.close(kRunStart); }),
            "capture out/lan.pcapng: cannot write interface statistics: the stream failed");
}

class PcapngInTshark : public Pcapng {
 protected:
  void SetUp() override {
    if (!Tshark::present()) {
      GTEST_SKIP() << "tshark is missing: apt-get install tshark";
    }
  }
};

TEST_F(PcapngInTshark, TimestampsAreExactToTheNanosecond) {
  PcapngWriter writer(out_, "test", Duration(1'700'000'000'123'456'789));
  const auto vnic = writer.add_interface({"eth0", "", {}});
  const Frame frame = pool_.copy_of(kArp);
  for (const Duration when :
       {Duration(0ns), Duration(1ns), Duration(876'543'211ns), Duration(100h)}) {
    writer.write(vnic, frame, kRunStart + when, Direction::kInbound);
  }
  writer.close(kRunStart + 100h);
  EXPECT_THAT(Tshark(out_.str()).fields({"frame.time_epoch"}),
              ElementsAre("1700000000.123456789", "1700000000.123456790", "1700000001.000000000",
                          "1700360000.123456789"));
}

TEST_F(PcapngInTshark, AFramesStoredBytesAreCapturedAndItsElidedOnesCounted) {
  PcapngWriter writer(out_, "test");
  const auto vnic = writer.add_interface({"eth0", "", {}});
  writer.write(vnic, pool_.copy_of(kArp), kRunStart, Direction::kInbound);
  writer.write(vnic, pool_.copy_of(kArp, 18), kRunStart, Direction::kInbound);
  writer.write(vnic, pool_.make(65'600), kRunStart, Direction::kInbound);
  writer.write(vnic, pool_.make(300'000), kRunStart, Direction::kInbound);
  writer.close(kRunStart);
  EXPECT_THAT(Tshark(out_.str()).fields({"frame.cap_len", "frame.len"}),
              ElementsAre("42|42", "42|60", "65600|65600", "262144|300000"));
}

TEST_F(PcapngInTshark, DissectsTheBytesThatWereWritten) {
  PcapngWriter writer(out_, "test");
  const auto vnic = writer.add_interface({"eth0", "", {}});
  writer.write(vnic, pool_.copy_of(kArp), kRunStart, Direction::kInbound);
  writer.close(kRunStart);
  EXPECT_THAT(Tshark(out_.str())
                  .fields({"eth.src", "arp.src.proto_ipv4", "arp.dst.proto_ipv4", "_ws.malformed"}),
              ElementsAre("02:00:00:00:00:07|10.0.1.1|10.0.1.2|"));
}

TEST_F(PcapngInTshark, ShowsWhichVnicAFramePassedAndInWhichDirection) {
  PcapngWriter writer(out_, "test");
  const Frame frame = pool_.copy_of(kArp);
  const auto first = writer.add_interface({"vHost1.eth0", "to vLAN1", MacAddress::local(7)});
  writer.write(first, frame, kRunStart, Direction::kOutbound);
  const auto second = writer.add_interface({"vRouter1.eth1", "", {}});  // while capturing
  writer.write(second, frame, kRunStart + 1ms, Direction::kInbound);
  writer.write(first, frame, kRunStart + 2ms, Direction::kUnknown);
  writer.close(kRunStart + 2ms);
  EXPECT_THAT(Tshark(out_.str())
                  .fields({"frame.interface_id", "frame.interface_name",
                           "frame.interface_description", "frame.packet_flags_direction"}),
              ElementsAre("0|vHost1.eth0|to vLAN1|0x00000002", "1|vRouter1.eth1||0x00000001",
                          "0|vHost1.eth0|to vLAN1|0x00000000"));
}

TEST_F(PcapngInTshark, ShowsComments) {
  PcapngWriter writer(out_, "test");
  const auto vnic = writer.add_interface({"eth0", "", {}});
  writer.write(vnic, pool_.copy_of(kArp), kRunStart, Direction::kInbound, "drop: ttl-expired");
  writer.write(vnic, pool_.copy_of(kArp), kRunStart, Direction::kInbound);
  writer.write(vnic, pool_.copy_of(kArp), kRunStart, Direction::kInbound, "gr\u00f6\u00dfer");
  writer.close(kRunStart);
  EXPECT_THAT(Tshark(out_.str()).fields({"frame.comment"}),
              ElementsAre("drop: ttl-expired", "", "gr\u00f6\u00dfer"));
}

TEST_F(PcapngInTshark, EveryBlockOpensWithoutAComplaint) {
  PcapngWriter writer(out_, "test");
  const auto first = writer.add_interface({"vHost1.eth0", "to vLAN1", MacAddress::local(7)});
  writer.write(first, pool_.copy_of(kArp, 1000), kRunStart + 5ms, Direction::kOutbound, "why");
  writer.add_interface({"vHost2.eth0", "", {}});
  writer.close(kRunStart + 9ms);
  const auto lines = Tshark(out_.str()).blocks();
  for (const char* complaint : {"Malformed", "Expert Info", "Unknown", "tshark"}) {
    EXPECT_THAT(lines, Not(Contains(HasSubstr(complaint)))) << complaint;
  }
  EXPECT_THAT(lines, Contains(HasSubstr("Block: Section Header Block")).Times(1));
  EXPECT_THAT(lines, Contains(HasSubstr("Block: Interface Description Block")).Times(2));
  EXPECT_THAT(lines, Contains(HasSubstr("Block: Enhanced Packet Block")).Times(1));
  EXPECT_THAT(lines, Contains(HasSubstr("Block: Interface Statistics Block")).Times(2));
  EXPECT_THAT(lines, Contains(HasSubstr("MAC Address: 02:00:00:00:00:07")));
  EXPECT_THAT(lines, Contains(HasSubstr("10^-9 (nanoseconds)")).Times(2));
  EXPECT_THAT(lines, Contains(HasSubstr("Number of Received Packets = 1")).Times(1));
  EXPECT_THAT(lines,
              Contains(HasSubstr("Jan  1, 1970 00:00:00.009000000 UTC")).Times(::testing::Ge(2)));
}

TEST_F(PcapngInTshark, ACaptureThatWasNotClosedOpensUpToItsLastFrame) {
  PcapngWriter writer(out_, "test");
  const auto vnic = writer.add_interface({"eth0", "", {}});
  writer.write(vnic, pool_.copy_of(kArp), kRunStart, Direction::kInbound);
  EXPECT_THAT(Tshark(out_.str()).fields({"frame.number"}), ElementsAre("1"));
}

}  // namespace
}  // namespace violin
