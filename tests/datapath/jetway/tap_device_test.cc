#include "datapath/jetway/tap_device.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <array>
#include <thread>

#include "datapath/jetway/jetway_error.h"
#include "datapath/jetway/segmentation.h"
#include "tests/datapath/jetway/super_frame.h"
#include "tests/datapath/jetway/test_namespace.h"

namespace violin {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Ipv4Address kHost(10, 9, 8, 2);

class TapDeviceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = TestNamespace::unavailable()) {
      GTEST_SKIP() << *why;
    }
    host_.emplace();
    links_.emplace(host_->path());
  }
  TapOptions options(std::string device = "jet0") const {
    return {.owner = "test", .device = std::move(device), .network_namespace = host_->path()};
  }
  TapOptions bridged(std::string device = "jet0") const {
    TapOptions result = options(std::move(device));
    result.bridge = "jetbr";
    return result;
  }

  FramePool pool_;
  std::optional<TestNamespace> host_;
  std::optional<LinkControl> links_;
};

// What comes within 20 s, as many as are asked for.
std::vector<Frame> read_frames(TapDevice& device, std::size_t count) {
  std::vector<Frame> frames;
  pollfd wait{.fd = device.descriptor(), .events = POLLIN, .revents = 0};
  while (frames.size() < count && ::poll(&wait, 1, 20'000) > 0) {
    for (Frame& frame : device.read()) {
      frames.push_back(std::move(frame));
    }
  }
  return frames;
}

std::string error_of(const TapOptions& options, FramePool& pool) {
  try {
    const TapDevice device(options, pool);
    return "";
  } catch (const JetwayError& error) {
    return error.what();
  }
}

TEST_F(TapDeviceTest, IsThereWithItsMarkWhileTheObjectLives) {
  {
    TapOptions wanted = options();
    wanted.mtu = 9000;
    const TapDevice device(wanted, pool_);
    const auto link = links_->find("jet0");
    ASSERT_TRUE(link);
    EXPECT_EQ(link->alias, "violin:test");
    EXPECT_EQ(link->kind, "tun");
    EXPECT_EQ(link->mtu, 9000U);
    EXPECT_TRUE(link->up);
  }
  EXPECT_FALSE(links_->find("jet0"));
}

TEST_F(TapDeviceTest, TakesABridgeThatItMadeWithTheLastPort) {
  std::optional<TapDevice> first(std::in_place, bridged(), pool_);
  const auto bridge = links_->find("jetbr");
  ASSERT_TRUE(bridge);
  EXPECT_EQ(bridge->kind, "bridge");
  EXPECT_EQ(bridge->alias, "violin:test");
  std::optional<TapDevice> second(std::in_place, bridged("jet1"), pool_);
  EXPECT_EQ(links_->find("jet1")->master, bridge->id);
  first.reset();
  EXPECT_TRUE(links_->find("jetbr"));
  second.reset();
  EXPECT_FALSE(links_->find("jetbr"));
}

TEST_F(TapDeviceTest, LeavesABridgeThatWasThereAsItIs) {
  links_->make_bridge("jetbr", MacAddress::local(7));
  {
    const TapDevice device(bridged(), pool_);
    EXPECT_EQ(links_->find("jet0")->master, links_->find("jetbr")->id);
  }
  const auto bridge = links_->find("jetbr");
  ASSERT_TRUE(bridge);
  EXPECT_FALSE(bridge->up);
  EXPECT_EQ(bridge->alias, "");
  TapOptions with_address = bridged();
  with_address.address = Ipv4Interface{kHost, 24};
  EXPECT_THAT(error_of(with_address, pool_), HasSubstr("it was there before"));
  EXPECT_FALSE(links_->find("jet0"));
}

TEST_F(TapDeviceTest, DoesNotTakeANameThatIsTaken) {
  const TapDevice device(options(), pool_);
  const std::string error = error_of(options(), pool_);
  EXPECT_THAT(error, HasSubstr("cannot make the TAP device jet0"));
  EXPECT_THAT(error, HasSubstr("choose another name"));
  EXPECT_THAT(error_of(options("a-name-that-is-too-long"), pool_), HasSubstr("1 to 15 bytes"));
}

TEST_F(TapDeviceTest, RemovesWhatItMadeIfItCannotBeCompleted) {
  const TapDevice taken(options(), pool_);
  TapOptions wanted = bridged("jet1");
  wanted.mtu = 10;  // below what the system takes
  EXPECT_THAT(error_of(wanted, pool_), HasSubstr("cannot set the MTU of the device jet1 to 10"));
  EXPECT_FALSE(links_->find("jet1"));
  EXPECT_FALSE(links_->find("jetbr"));
}

// The right to administer the network, taken from this thread only.
TEST_F(TapDeviceTest, WithoutTheRightNamesTheRemedy) {
  std::string error;
  std::thread([&] {
    const FileDescriptor host(::open(host_->path().c_str(), O_RDONLY | O_CLOEXEC));
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    const std::array<__user_cap_data_struct, 2> none{};
    ASSERT_EQ(::setns(host.get(), CLONE_NEWNET), 0);
    ASSERT_EQ(::syscall(SYS_capset, &header, none.data()), 0);
    TapOptions here = options();
    here.network_namespace.clear();
    error = error_of(here, pool_);
  }).join();
  EXPECT_THAT(error, HasSubstr("cannot make the TAP device jet0"));
  EXPECT_THAT(error, HasSubstr("CAP_NET_ADMIN"));
  EXPECT_THAT(error, HasSubstr("user-mode jetway"));
}

TEST_F(TapDeviceTest, CarriesFramesBothWays) {
  TapOptions wanted = options();
  wanted.address = Ipv4Interface{kHost, 24};
  TapDevice device(wanted, pool_);
  const FileDescriptor server = socket_in(*host_, SOCK_DGRAM, kHost, 5201);
  // To a neighbor that nobody is: the host asks for it.
  const sockaddr_in nobody = socket_address(Ipv4Address(10, 9, 8, 77), 9);
  ASSERT_EQ(
      ::sendto(server.get(), "x", 1, 0, reinterpret_cast<const sockaddr*>(&nobody), sizeof nobody),
      1);
  const auto frames = read_frames(device, 1);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].size(), Bytes{42});
  EXPECT_EQ(frames[0].bytes()[12], 8);
  EXPECT_EQ(frames[0].bytes()[13], 6);
}

TEST_F(TapDeviceTest, TellsWhyAFrameWasNotTaken) {
  TapDevice device(options(), pool_);
  EXPECT_EQ(device.send(pool_.make(5)), Drop::kBadFrame);
  Frame no_tcp = pool_.copy_of(Octets(60, 6));
  no_tcp.set_offload({.segment_size = 1000, .checksum_pending = true});
  EXPECT_EQ(device.send(no_tcp), Drop::kUnsupported);
  EXPECT_FALSE(device.gone());
  links_->remove(links_->find("jet0").value());
  EXPECT_TRUE(device.read().empty());
  EXPECT_TRUE(device.gone());
  EXPECT_EQ(device.lost(), 0U);
}

TEST_F(TapDeviceTest, CountsWhatItsQueueDropped) {
  TapOptions wanted = options();
  wanted.address = Ipv4Interface{kHost, 24};
  TapDevice device(wanted, pool_);
  const FileDescriptor sender = socket_in(*host_, SOCK_DGRAM, kHost, 0);
  const int yes = 1;
  ::setsockopt(sender.get(), SOL_SOCKET, SO_BROADCAST, &yes, sizeof yes);
  const sockaddr_in all = socket_address(Ipv4Address(10, 9, 8, 255), 9);
  std::size_t sent = 0;
  for (int i = 0; i < 3000; ++i) {
    sent += ::sendto(sender.get(), "x", 1, MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&all),
                     sizeof all) == 1
                ? 1U
                : 0U;
  }
  std::size_t read = 0;
  for (auto frames = device.read(); !frames.empty(); frames = device.read()) {
    read += frames.size();
  }
  EXPECT_GT(read, 0U);
  EXPECT_GT(device.lost(), 0U);
  EXPECT_EQ(read + device.lost(), sent);
}

// A TAP device without offloads, as the host's other programs have them: its end of a bridge is
// where the host cuts super-frames.
class PlainTap {
 public:
  explicit PlainTap(const TestNamespace& where) {
    const NamespaceVisit visit(where.path());
    file_ = FileDescriptor(::open("/dev/net/tun", O_RDWR | O_CLOEXEC));
    ifreq request{};
    std::string("plain0").copy(request.ifr_name, 6);
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    if (::ioctl(file_.get(), TUNSETIFF, &request) != 0) {
      throw_errno("cannot make a test's TAP device");
    }
  }
  Octets read(int milliseconds = 20'000) const {
    pollfd wait{.fd = file_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&wait, 1, milliseconds) <= 0) {
      return {};
    }
    Octets bytes(70'000);
    bytes.resize(static_cast<std::size_t>(::read(file_.get(), bytes.data(), bytes.size())));
    return bytes;
  }

 private:
  FileDescriptor file_;
};

// A port of a bridge forwards some time after it was set up.
void until_it_bridges(TapDevice& device, const PlainTap& plain) {
  FramePool pool;
  const Frame probe = pool.copy_of(Octets(60, 2));
  do {
    device.send(probe);
  } while (plain.read(10).empty());
  while (!plain.read(100).empty()) {
  }
}

// The kernel cuts and completes the same super-frames.
TEST_F(TapDeviceTest, TheHostCutsSuperFramesIntoTheSameSegments) {
  TapDevice device(bridged(), pool_);
  const PlainTap plain(*host_);
  links_->join(links_->find("plain0").value(), links_->find("jetbr").value());
  links_->set_up(links_->find("plain0").value());
  until_it_bridges(device, plain);
  const std::vector<SuperFrame> super_frames = {
      {},
      {.ipv6 = true, .segment_size = 1428},
      {.ip_options = 8},
      {.payload = 3001, .segment_size = 333, .flags = 0x99},
      {.payload = 65'535 - 52},
      {.ipv6 = true, .payload = 4000, .flags = 0x11},
  };
  for (const SuperFrame& super_frame : super_frames) {
    const Frame frame = make(super_frame, pool_);
    ASSERT_EQ(device.send(frame), std::nullopt);
    const auto segments = cut_into_segments(frame, pool_);
    for (const Frame& segment : *segments) {
      EXPECT_EQ(Octets(segment.bytes().begin(), segment.bytes().end()), plain.read());
    }
  }
}

// And hands ours on unchanged between two devices of ours, whole.
TEST_F(TapDeviceTest, SuperFramesAndPendingChecksumsPassWhole) {
  TapDevice near(bridged(), pool_);
  TapDevice far(bridged("jet1"), pool_);
  for (const bool ipv6 : {false, true}) {
    const Frame sent = make(SuperFrame{.ipv6 = ipv6, .payload = 20'000, .flags = 0x90}, pool_);
    ASSERT_EQ(near.send(sent), std::nullopt);
    const auto got = read_frames(far, 1);
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(Octets(got[0].bytes().begin(), got[0].bytes().end()),
              Octets(sent.bytes().begin(), sent.bytes().end()));
    EXPECT_EQ(got[0].offload(), sent.offload());
  }
}

// What a simulated host sends: a count of payload bytes that are zero.
TEST_F(TapDeviceTest, ElidedBytesLeaveAsZeros) {
  TapDevice near(bridged(), pool_);
  TapDevice far(bridged("jet1"), pool_);
  Octets header(14, 2);
  header[0] = 0xff;
  const Frame sent = pool_.copy_of(header, 1000);
  ASSERT_EQ(near.send(sent), std::nullopt);
  const auto got = read_frames(far, 1);
  ASSERT_EQ(got.size(), 1U);
  header.resize(1014);
  EXPECT_EQ(Octets(got[0].bytes().begin(), got[0].bytes().end()), header);
}

// --- what is left after a crash

TEST_F(TapDeviceTest, RemainsAreRemovedByNameAndMark) {
  const JetwayResources resources = resources_of(bridged());
  EXPECT_THAT(resources.devices, ElementsAre("jetbr", "jet0"));
  links_->make_bridge("jetbr", MacAddress::local(7));
  links_->set_alias(links_->find("jetbr").value(), "violin:test");
  EXPECT_THAT(remove_jetway_remains(resources), ElementsAre("jetbr"));
  EXPECT_FALSE(links_->find("jetbr"));
  EXPECT_THAT(remove_jetway_remains(resources), IsEmpty());
}

// Killed between making the bridge and giving it its alias.
TEST_F(TapDeviceTest, ABridgeOfOursIsKnownFromItsFirstMoment) {
  links_->make_bridge("jetbr", ownership_mac("test"));
  EXPECT_THAT(remove_jetway_remains(resources_of(bridged())), ElementsAre("jetbr"));
}

TEST_F(TapDeviceTest, DevicesOfOthersStayWhateverTheirNames) {
  links_->make_bridge("jetbr", MacAddress::local(7));
  links_->make_bridge("jet0", ownership_mac("test"));
  links_->set_alias(links_->find("jet0").value(), "violin:another");
  EXPECT_THAT(remove_jetway_remains(resources_of(bridged())), IsEmpty());
  EXPECT_TRUE(links_->find("jetbr"));
  EXPECT_TRUE(links_->find("jet0"));
}

TEST_F(TapDeviceTest, ANamespaceThatIsGoneTookItsDevicesWithIt) {
  EXPECT_THAT(remove_jetway_remains({"test", "/run/netns/no-such-namespace", {"jet0"}}), IsEmpty());
}

}  // namespace
}  // namespace violin
