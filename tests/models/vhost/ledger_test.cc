// Promise 4 at hosts: whatever arrives and whatever is done to them, no frame vanishes.
#include <gtest/gtest.h>

#include <random>

#include "tests/models/vhost/testbed.h"

namespace violin {
namespace {

using namespace testbed;

class Chaos {
 public:
  explicit Chaos(std::uint64_t seed) : random_(seed), net_(1ms, kDefaultVHostConfig, 576) {
    for (std::uint16_t port = 1; port <= 3; ++port) {
      sockets_.push_back(std::make_unique<UdpSocket>(host(), receiver_, port));
    }
  }

  void step() {
    switch (below(9)) {
      case 0:
      case 1:
      case 2:
        sockets_[below(3)]->send_to(destination(), static_cast<std::uint16_t>(1 + below(5)),
                                    bytes(net_.kernel, {1, 2}, below(3) == 0 ? 4000 : 100), now());
        break;
      case 3:
        inject(noise());
        break;
      case 4:
        inject(damaged_datagram());
        break;
      case 5:
        net_.a.unplug(net_.a_port);
        break;
      case 6:
        if (!net_.a.plugged(net_.a_port)) {
          net_.a.plug(net_.a_port, {net_.a_to_b.get(), {}});
        }
        break;
      case 7:
        if (below(10) == 0) {
          net_.a.abandon(Drop::kHostDown);
        }
        break;
      default:
        net_.kernel.run_until(now() + Duration(below(5'000'000)));
    }
  }
  bool balances() const { return net_.balances(); }
  void finish() { net_.kernel.run(); }
  std::uint64_t held() const { return net_.a.queued() + net_.b.queued(); }

 private:
  VHost& host() { return sockets_.size() % 2 == 0 ? net_.a : net_.b; }
  TimePoint now() const { return net_.kernel.now(); }
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  Ipv4Address destination() {
    const std::vector<const char*> all = {"10.0.0.1",   "10.0.0.2",        "10.0.0.9",
                                          "10.0.0.255", "255.255.255.255", "192.0.2.1"};
    return ip(all[below(6)]);
  }
  void inject(Frame frame) {
    // As if from a third station on a's link: it counts as in.
    net_.a.receive(net_.a_port, {&frame, 1}, now());
  }
  Frame noise() {
    std::vector<std::uint8_t> content(below(80));
    for (std::uint8_t& byte : content) {
      byte = static_cast<std::uint8_t>(random_());
    }
    return bytes(net_.kernel, content);
  }
  Frame damaged_datagram() {
    Datagram datagram;
    datagram.protocol = static_cast<wire::IpProtocol>(below(20));
    datagram.identification = static_cast<std::uint16_t>(below(4));
    datagram.fragment_offset = static_cast<std::uint16_t>(below(4));
    datagram.more_fragments = below(2) == 0;
    Frame frame = datagram.frame(net_.kernel, udp_segment(9, 1, std::vector<std::uint8_t>(24)));
    if (below(3) == 0) {
      frame.writable()[below(66)] ^= static_cast<std::uint8_t>(1U << below(8));
    }
    return frame;
  }

  std::mt19937_64 random_;
  TwoHosts net_;
  UdpRecorder receiver_;
  std::vector<std::unique_ptr<UdpSocket>> sockets_;
};

TEST(VHostLedger, BalancesUnderRandomTrafficAndChanges) {
  const std::uint64_t first = std::random_device{}();
  for (std::uint64_t seed = first; seed < first + 1000; ++seed) {
    Chaos chaos(seed);
    for (int i = 0; i < 100; ++i) {
      chaos.step();
      ASSERT_TRUE(chaos.balances()) << "seed " << seed << ", step " << i;
    }
    chaos.finish();
    ASSERT_TRUE(chaos.balances()) << "seed " << seed;
    ASSERT_EQ(chaos.held(), 0U) << "seed " << seed;  // every wait ends
  }
}

}  // namespace
}  // namespace violin
