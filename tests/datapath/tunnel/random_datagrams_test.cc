// A million datagrams of nonsense at a port: counted, each of them, and nothing else happens.
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <fstream>
#include <random>
#include <string>

#include "datapath/tunnel/l2tpv3.h"
#include "datapath/tunnel/peer_socket.h"
#include "datapath/tunnel/segment_tunnel.h"
#include "tests/datapath/tunnel/live_world.h"

namespace violin {
namespace {

using namespace std::chrono_literals;
using Octets = std::vector<std::uint8_t>;

constexpr std::uint64_t kDatagrams = 1'000'000;
constexpr std::size_t kBurst = 64;  // what any receive buffer holds
#ifdef __SANITIZE_ADDRESS__
constexpr bool kKeepsFreedMemory = true;  // in quarantine
#else
constexpr bool kKeepsFreedMemory = false;
#endif

// Sends bursts of random bytes, a quarter of them with `prefix` in front, at most 200 bytes each.
class Nonsense {
 public:
  explicit Nonsense(Octets prefix) : prefix_(std::move(prefix)) {}

  void send_burst(const UdpAddress& to) {
    sockaddr_in name = to.name();
    std::array<mmsghdr, kBurst> messages{};
    std::array<iovec, kBurst> pieces{};
    std::array<std::array<std::uint64_t, 25>, kBurst> bytes;
    for (std::size_t i = 0; i < kBurst; ++i) {
      for (std::uint64_t& word : bytes[i]) {
        word = random_();
      }
      if (i % 4 == 0) {
        std::memcpy(bytes[i].data(), prefix_.data(), prefix_.size());
      }
      pieces[i] = {bytes[i].data(), 1 + random_() % 200};
      messages[i].msg_hdr.msg_name = &name;
      messages[i].msg_hdr.msg_namelen = sizeof name;
      messages[i].msg_hdr.msg_iov = &pieces[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    ASSERT_EQ(sendmmsg(peer_.socket.fd(), messages.data(), kBurst, 0), int{kBurst});
  }

 private:
  Octets prefix_;
  BarePeer peer_;
  std::mt19937_64 random_{1};
};

std::uint64_t resident_kilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) {
      return std::stoull(line.substr(6));
    }
  }
  return 0;
}

// Sends the million, a frame of a good peer among each burst, and looks at the memory.
template <typename SendGood, typename Refused>
void flood(LiveWorld& world, const UdpAddress& to, Octets prefix, KeepingSink& sink,
           SendGood send_good, Refused refused) {
  Nonsense nonsense(std::move(prefix));
  std::uint64_t sent = 0;
  std::uint64_t good = 0;
  std::uint64_t before = 0;
  while (sent < kDatagrams) {
    nonsense.send_burst(to);
    sent += kBurst;
    send_good(++good);
    ASSERT_TRUE(world.run_until([&] { return sink.bursts > 0 && refused() == sent; }))
        << refused() << " of " << sent;
    sink.bursts = 0;
    if (sent == 100 * kBurst) {
      before = resident_kilobytes();
    }
  }
  EXPECT_EQ(sink.kept.size(), good);
  EXPECT_LE(world.kernel.frames().live(), 256U);
  if (!kKeepsFreedMemory) {
    EXPECT_LE(resident_kilobytes(), before + 8192);  // of which the frames kept are 3 MB
  }
}

TEST(RandomDatagrams, AtAPeersPortAreCountedAndNothingElse) {
  LiveWorld world;
  PeerSocket socket(world.kernel, *world.reactor, "edge", {Ipv4Address(127, 0, 0, 1), 0},
                    TunnelFormat::kL2tpv3);
  KeepingSink sink;
  BarePeer guest;
  const L2tpv3Options options{
      .send_session = 7, .receive_session = 7, .send_cookie = 0xabcd, .receive_cookie = 0xabcd};
  PeerPort& port = socket.expect("guest", std::make_unique<L2tpv3>(options), guest.local());
  port.connect({&sink, PortIndex{}});
  const Octets good =
      joined(octets("00 03 00 00 00 00 00 07 00 00 00 00 00 00 ab cd"), ethernet(60));
  flood(
      world, socket.local(), octets("00 03 00 00 00 00 00 07"), sink,
      [&](std::uint64_t) { guest.send(socket.local(), good); },
      [&] { return socket.ledger().total_drops(); });
  EXPECT_GT(socket.ledger().drops(Drop::kUnknownPeer), kDatagrams / 5);
  EXPECT_GT(socket.ledger().drops(Drop::kBadTunnel), kDatagrams / 5);
  EXPECT_TRUE(socket.ledger().balances(0));
  EXPECT_EQ(port.ledger().out, sink.kept.size());
}

TEST(RandomDatagrams, AtASegmentTunnelAreCountedAndNothingElse) {
  LiveWorld world;
  SegmentEndpoint here(world.kernel, *world.reactor, "here", {Ipv4Address(127, 0, 1, 1), 0});
  KeepingSink sink;
  BarePeer peer;
  SegmentTunnel& tunnel = here.connect(
      "tunnel",
      {.id = 12, .peer = peer.local(), .send_token = 1, .receive_token = 2, .path_mtu = {}});
  tunnel.open(ChannelId{7}, "channel").connect({&sink, PortIndex{}});
  Octets header(SegmentHeader::kSize);
  flood(
      world, here.local(), octets("56 47 01 00 00 00 00 0c"), sink,
      [&](std::uint64_t number) {
        SegmentHeader{.tunnel = 12, .token = 2, .epoch = 1, .sequence = number}.serialize(
            header.data());
        peer.send(here.local(),
                  joined(joined(header, octets("00 00 00 07 00 3c 00 00")), ethernet(60)));
      },
      [&] { return here.ledger().total_drops(); });
  EXPECT_GT(here.ledger().drops(Drop::kUnknownPeer), kDatagrams / 5);
  EXPECT_EQ(tunnel.ledger().total_drops(), 0U);
  EXPECT_TRUE(here.ledger().balances(0));
}

}  // namespace
}  // namespace violin
