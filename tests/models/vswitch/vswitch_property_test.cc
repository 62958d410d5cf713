// Random life of a switch against the shortest model of IEEE 802.1D and 802.1Q that could be right.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <vector>

#include "models/vswitch/vswitch.h"
#include "tests/models/vswitch/bridge_fixture.h"

namespace violin {
namespace {

constexpr std::array<unsigned, 3> kVlans = {10, 20, 30};

// How a port takes part: nothing (transparent), a PVID, allowed tags, or both.
struct PortRole {
  unsigned pvid = 0;
  std::set<unsigned> tagged;
  bool vlan_aware = false;

  bool member(unsigned vlan) const { return vlan == pvid || tagged.contains(vlan); }
  PortVlan build() const {
    if (!vlan_aware) {
      return {};
    }
    if (tagged.empty()) {
      return PortVlan::access(VlanId{static_cast<std::uint16_t>(pvid)});
    }
    VlanSet allowed;
    for (const unsigned vlan : tagged) {
      allowed.set(vlan);
    }
    return PortVlan::trunk(allowed, pvid == 0
                                        ? std::nullopt
                                        : std::optional(VlanId{static_cast<std::uint16_t>(pvid)}));
  }
};

// One frame at a time, by the book.
class BridgeModel {
 public:
  struct Port {
    PortRole role;
    bool plugged = false;
  };
  using Outputs = std::map<PortIndex, std::vector<TestFrame>>;

  void receive(PortIndex ingress, const TestFrame& frame, TimePoint now, Outputs& outputs) {
    const auto port = ports.find(ingress);
    if (port == ports.end()) {
      ++drops[Drop::kDetached];
      return;
    }
    if (frame.from.is_group()) {
      ++drops[Drop::kBadFrame];
      return;
    }
    const auto vlan = classify(port->second.role, frame);
    if (!vlan) {
      ++drops[Drop::kVlan];
      return;
    }
    stations[{*vlan, frame.from}] = {ingress, now};
    if (frame.to.bits() >> 4 == 0x0180'c200'000ULL) {
      ++drops[Drop::kUnsupported];
      return;
    }
    const auto known = stations.find({*vlan, frame.to});
    if (!frame.to.is_group() && known != stations.end() && now - known->second.seen <= ageing) {
      unicast(ingress, known->second.port, frame, *vlan, outputs);
    } else {
      flood(ingress, frame, *vlan, outputs);
    }
  }
  void forget(PortIndex port) {
    std::erase_if(stations, [port](const auto& s) { return s.second.port == port; });
  }

  struct Seen {
    PortIndex port;
    TimePoint seen;
  };
  std::map<PortIndex, Port> ports;
  std::map<std::pair<unsigned, MacAddress>, Seen> stations;
  std::map<Drop, std::uint64_t> drops;
  Duration ageing{};

 private:
  static std::optional<unsigned> classify(const PortRole& role, const TestFrame& frame) {
    if (!role.vlan_aware) {
      return 0;
    }
    const unsigned vid = frame.tag ? *frame.tag & 0xfffU : 0;
    if (vid != 0) {
      return role.tagged.contains(vid) ? std::optional(vid) : std::nullopt;
    }
    return role.pvid != 0 ? std::optional(role.pvid) : std::nullopt;
  }
  void unicast(PortIndex ingress, PortIndex egress, const TestFrame& frame, unsigned vlan,
               Outputs& outputs) {
    if (egress == ingress) {
      ++drops[Drop::kSamePort];
    } else if (!ports.at(egress).plugged) {
      ++drops[Drop::kDetached];
    } else {
      emit(egress, frame, vlan, outputs);
    }
  }
  void flood(PortIndex ingress, const TestFrame& frame, unsigned vlan, Outputs& outputs) {
    bool sent = false;
    for (const auto& [index, port] : ports) {
      const bool same_domain = vlan == 0 ? !port.role.vlan_aware : port.role.member(vlan);
      if (index != ingress && port.plugged && same_domain) {
        emit(index, frame, vlan, outputs);
        sent = true;
      }
    }
    drops[Drop::kDetached] += !sent;
  }
  void emit(PortIndex egress, TestFrame frame, unsigned vlan, Outputs& outputs) {
    const PortRole& role = ports.at(egress).role;
    if (role.vlan_aware) {
      const unsigned priority = frame.tag ? *frame.tag & 0xf000U : 0;
      frame.tag = vlan == role.pvid ? std::nullopt
                                    : std::optional(static_cast<std::uint16_t>(priority | vlan));
    }
    outputs[egress].push_back(frame);
  }
};

class RandomLife {
 public:
  explicit RandomLife(std::uint64_t seed)
      : random_(seed), switch_(kernel_, "vSwitch", options()), vlans_in_use_(seed % 2 == 0) {
    model_.ageing = options().ageing;
  }

  void step() {
    const auto what = random_() % 100;
    if (what < 10) {
      connect();
    } else if (what < 14) {
      disconnect();
    } else if (what < 24) {
      toggle_plug();
    } else if (what < 26) {
      change_vlan();
    } else if (what < 40) {
      kernel_.run_until(kernel_.now() + MacTable::kTick * static_cast<std::int64_t>(below(40)));
    } else {
      receive();
    }
  }

  void check_books() const {
    ASSERT_TRUE(switch_.ledger().balances(switch_.queued()));
    for (std::size_t i = 0; i < kDropCount; ++i) {
      const auto reason = static_cast<Drop>(i);
      const auto expected = model_.drops.find(reason);
      ASSERT_EQ(switch_.ledger().drops(reason),
                expected == model_.drops.end() ? 0 : expected->second)
          << to_string(reason);
    }
    ASSERT_EQ(switch_.connected_ports(), model_.ports.size());
  }
  std::uint64_t live_frames() { return kernel_.frames().live(); }

 private:
  static VSwitchOptions options() { return {.ageing = MacTable::kTick * 100}; }
  std::uint64_t below(std::uint64_t n) { return random_() % n; }

  PortRole random_role() {
    PortRole role;
    role.vlan_aware = vlans_in_use_ && below(4) != 0;
    if (!role.vlan_aware) {
      return role;
    }
    const bool trunk = below(2) == 0;
    for (const unsigned vlan : kVlans) {
      if (trunk && below(2) == 0) {
        role.tagged.insert(vlan);
      }
    }
    if (role.tagged.empty()) {
      role.pvid = kVlans[below(kVlans.size())];
    } else if (below(2) == 0) {
      role.pvid = *role.tagged.begin();
    }
    return role;
  }
  std::optional<PortIndex> random_port() {
    if (model_.ports.empty()) {
      return std::nullopt;
    }
    return std::next(model_.ports.begin(), static_cast<int>(below(model_.ports.size())))->first;
  }
  void connect() {
    const PortRole role = random_role();
    const PortIndex port = switch_.connect(role.build());
    ASSERT_TRUE(model_.ports.emplace(port, BridgeModel::Port{role}).second) << "index in use";
  }
  void disconnect() {
    if (const auto port = random_port()) {
      switch_.disconnect(*port);
      model_.forget(*port);
      model_.ports.erase(*port);
    }
  }
  void toggle_plug() {
    const auto port = random_port();
    if (!port) {
      return;
    }
    BridgeModel::Port& state = model_.ports.at(*port);
    state.plugged = !state.plugged;
    if (state.plugged) {
      switch_.plug(*port, {&neighbours_, *port});
    } else {
      switch_.unplug(*port);
      model_.forget(*port);
    }
  }
  void change_vlan() {
    if (const auto port = random_port()) {
      model_.ports.at(*port).role = random_role();
      switch_.set_vlan(*port, model_.ports.at(*port).role.build());
      model_.forget(*port);
    }
  }
  MacAddress random_address() {
    const auto kind = below(40);
    if (kind == 0) {
      return MacAddress::broadcast();
    }
    if (kind == 1) {
      return MacAddress(0x0180'c200'0000ULL + below(32));
    }
    return kind == 2 ? MacAddress(0x0100'5e00'0000ULL + below(4)) : MacAddress::local(below(30));
  }
  TestFrame random_frame() {
    TestFrame frame{random_address(), random_address(), {}, ++number_};
    if (below(2) == 0) {
      const std::uint64_t vid = below(5) == 0 ? 0 : kVlans[below(kVlans.size())];
      frame.tag = static_cast<std::uint16_t>(below(16) << 12 | vid);
    }
    return frame;
  }
  void receive() {
    const PortIndex port = random_port().value_or(PortIndex{3});
    const PortIndex ingress =
        below(50) == 0 ? PortIndex{static_cast<std::uint32_t>(below(40))} : port;
    std::vector<Frame> burst;
    BridgeModel::Outputs expected;
    const std::uint64_t size = below(4) == 0 ? below(200) : below(6);
    for (std::uint64_t i = 0; i < size; ++i) {
      const TestFrame frame = random_frame();
      burst.push_back(frame.make(kernel_.frames()));
      model_.receive(ingress, frame, kernel_.now(), expected);
    }
    switch_.receive(ingress, burst, kernel_.now());
    ASSERT_EQ(neighbours_.by_port, expected);
    ASSERT_FALSE(neighbours_.by_port.contains(ingress))
        << "a frame came back to where it came from";
    neighbours_.forget();
  }

  std::mt19937_64 random_;
  Kernel kernel_;
  VSwitch switch_;
  bool vlans_in_use_;
  Neighbours neighbours_;
  BridgeModel model_;
  std::uint32_t number_ = 0;
};

// 4000 lives of 100 steps.
TEST(VSwitchProperty, BehavesAsTheModelOfABridgeAndItsBooksBalance) {
  for (std::uint64_t seed = 1; seed <= 4000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomLife life(seed);
    for (int i = 0; i < 100; ++i) {
      life.step();
      ASSERT_FALSE(::testing::Test::HasFatalFailure());
    }
    life.check_books();
    ASSERT_FALSE(::testing::Test::HasFatalFailure());
    ASSERT_EQ(life.live_frames(), 0U);
  }
}

}  // namespace
}  // namespace violin
