// Routers in a row, as traceroute and tshark see them.

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "models/vhost/icmp_error.h"
#include "models/wire/udp.h"
#include "tests/models/vrouter/router_fixture.h"

namespace violin::router_test {
namespace {

// host - r0 - r1 - ... - r(n-1) - target. Net i, 10.0.i.0/24, is in front of router i, which has
// 10.0.i.1 there and 10.0.(i+1).254 on the next one.
class Chain {
 public:
  static constexpr MacAddress kHostMac = MacAddress::local(0x500);
  static constexpr MacAddress kTargetMac = MacAddress::local(0x600);

  explicit Chain(std::uint8_t length, std::uint32_t last_mtu = 1500) : length_(length) {
    for (std::uint8_t i = 0; i < length; ++i) {
      auto& router = routers_.emplace_back(
          std::make_unique<VRouter>(kernel_, "r" + std::to_string(i), config_));
      router->add_interface({"left", mac(i, 0), {left(i), 24}});
      router->add_interface(
          {"right", mac(i, 1), {right(i), 24}, i + 1 == length ? last_mtu : 1500});
    }
    for (std::uint8_t i = 0; i < length; ++i) {
      connect(i);
    }
    routers_.front()->add_neighbor(PortIndex{0}, host(), kHostMac);
    routers_.back()->add_neighbor(PortIndex{1}, target(), kTargetMac);
  }

  static Ipv4Address left(std::uint8_t i) { return Ipv4Address(10, 0, i, 1); }
  static Ipv4Address right(std::uint8_t i) {
    return Ipv4Address(10, 0, static_cast<std::uint8_t>(i + 1), 254);
  }
  static Ipv4Address host() { return Ipv4Address(10, 0, 0, 2); }
  Ipv4Address target() const { return Ipv4Address(10, 0, length_, 2); }

  void send(const Datagram& datagram) {
    Frame frame = datagram.frame(kernel_.frames(), mac(0, 0), kHostMac);
    routers_.front()->receive(PortIndex{0}, {&frame, 1}, kernel_.now());
    kernel_.run();
  }
  bool balances() const {
    return std::ranges::all_of(routers_,
                               [](const auto& r) { return r->ledger().balances(r->queued()); });
  }

  Kernel kernel_;
  Recorder at_host_;
  Recorder at_target_;

 private:
  static MacAddress mac(std::uint8_t router, std::uint8_t side) {
    return MacAddress::local(2U * router + side + 1U);
  }
  void connect(std::uint8_t i) {
    VRouter& router = *routers_[i];
    const bool last = i + 1 == length_;
    if (i == 0) {
      router.plug(PortIndex{0}, {&at_host_, PortIndex{0}});
    } else {
      router.plug(PortIndex{0}, {routers_[i - 1U].get(), PortIndex{1}});
      router.add_route(prefix("10.0.0.0/24"), right(static_cast<std::uint8_t>(i - 1)));
    }
    if (last) {
      router.plug(PortIndex{1}, {&at_target_, PortIndex{0}});
    } else {
      router.plug(PortIndex{1}, {routers_[i + 1U].get(), PortIndex{0}});
      router.add_route(Ipv4Prefix(target(), 24), left(static_cast<std::uint8_t>(i + 1)));
    }
  }

  std::uint8_t length_;
  VRouterConfig config_{.announce_on_plug = false};
  std::vector<std::unique_ptr<VRouter>> routers_;
};

TEST(RouterChain, TracerouteSeesTheIngressAddressesInOrder) {
  Chain chain(8);
  for (std::uint8_t ttl = 1; ttl <= 8; ++ttl) {
    chain.send({.destination = chain.target(), .ttl = ttl});
    ASSERT_EQ(chain.at_host_.size(), ttl);
    EXPECT_EQ(chain.at_host_.ip(ttl - 1U).source, Chain::left(static_cast<std::uint8_t>(ttl - 1)));
    EXPECT_EQ(chain.at_host_.icmp(ttl - 1U).type, IcmpType::kTimeExceeded);
    const auto quoted = QuotedDatagram::parse(chain.at_host_.quote(ttl - 1U));
    ASSERT_TRUE(quoted);
    EXPECT_EQ(quoted->header.destination, chain.target());
    EXPECT_EQ(quoted->header.ttl, 1);
  }
  chain.send({.destination = chain.target(), .ttl = 9});
  ASSERT_EQ(chain.at_target_.size(), 1U);
  EXPECT_EQ(chain.at_target_.ip().ttl, 1);
  EXPECT_TRUE(chain.balances());
}

TEST(RouterChain, RecordsTheRouteOfAllHops) {
  Chain chain(3);
  chain.send({.destination = chain.target(),
              .options = {7, 15, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}});
  const Ipv4Header seen = chain.at_target_.ip();
  EXPECT_THAT(std::span(seen.options).first(15),
              testing::ElementsAre(7, 15, 16, 10, 0, 1, 254, 10, 0, 2, 254, 10, 0, 3, 254));
}

// --- as tshark sees them

class Capture {
 public:
  explicit Capture(const std::vector<Frame>& frames)
      : path_(std::filesystem::temp_directory_path() /
              ("violin-router-" + std::to_string(getpid()) + ".pcap")) {
    std::ofstream out(path_, std::ios::binary);
    for (const std::uint32_t word : {0xa1b2c3d4U, 0x00040002U, 0U, 0U, 65535U, 1U}) {
      write(out, word);
    }
    for (const Frame& frame : frames) {
      const std::vector<char> elided(frame.elided());
      const auto size = static_cast<std::uint32_t>(frame.size().value);
      for (const std::uint32_t word : {0U, 0U, size, size}) {
        write(out, word);
      }
      out.write(reinterpret_cast<const char*>(frame.bytes().data()),
                static_cast<std::streamsize>(frame.bytes().size()));
      out.write(elided.data(), static_cast<std::streamsize>(elided.size()));
    }
  }
  ~Capture() { std::filesystem::remove(path_); }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  // One line per frame that passes the filter: the fields, parted by a semicolon.
  std::vector<std::string> fields(const std::string& filter, const std::string& names) const {
    std::string command = "tshark -n -r " + path_.string() +
                          " -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE"
                          " -o ip.defragment:TRUE -T fields -E separator=';' -Y '" +
                          filter + "'";
    std::istringstream words(names);
    for (std::string name; words >> name;) {
      command += " -e " + name;
    }
    FILE* pipe = popen((command + " 2>/dev/null").c_str(), "r");
    std::vector<std::string> lines;
    std::array<char, 4096> line{};
    while (std::fgets(line.data(), static_cast<int>(line.size()), pipe) != nullptr) {
      lines.emplace_back(line.data());
      lines.back().pop_back();
    }
    pclose(pipe);
    return lines;
  }

 private:
  static void write(std::ofstream& out, std::uint32_t word) {
    out.write(reinterpret_cast<const char*>(&word), sizeof word);
  }
  std::filesystem::path path_;
};

class DissectedByTshark : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("tshark --version > /dev/null 2>&1") != 0) {
      GTEST_SKIP() << "tshark is not installed";
    }
  }
  static Datagram udp(Ipv4Address destination, std::size_t payload) {
    Datagram datagram{.destination = destination};
    datagram.payload.resize(wire::UdpHeader::kSize + payload);
    std::iota(datagram.payload.begin(), datagram.payload.end(), std::uint8_t{0});
    wire::UdpHeader{4000, 9, static_cast<std::uint16_t>(datagram.payload.size())}.serialize(
        datagram.payload, datagram.source, datagram.destination);
    return datagram;
  }
};

// The UDP checksum over the whole datagram holds only if every fragment is in its place.
TEST_F(DissectedByTshark, FragmentsFormTheDatagramAndEveryChecksumHolds) {
  Chain chain(3, 576);
  Datagram datagram = udp(chain.target(), 1400);
  datagram.options = {0x94, 4, 0, 0, 68, 4, 5, 0};
  chain.send(datagram);
  const Capture capture(chain.at_target_.frames);
  EXPECT_THAT(capture.fields("ip", "ip.checksum.status ip.ttl ip.frag_offset"),
              testing::ElementsAre("1;61;0", "1;61;68", "1;61;137"));
  EXPECT_THAT(capture.fields("udp", "udp.checksum.status udp.length ip.fragment.count"),
              testing::ElementsAre("1;1408;3"));
  EXPECT_THAT(capture.fields("_ws.malformed || _ws.expert.severity >= 6291456", "frame.number"),
              testing::IsEmpty());
}

TEST_F(DissectedByTshark, IcmpErrorsAreWellFormed) {
  Chain chain(3, 576);
  Datagram expired = udp(chain.target(), 1000);
  expired.ttl = 2;
  chain.send(expired);
  Datagram too_big = udp(chain.target(), 1000);
  too_big.dont_fragment = true;
  chain.send(too_big);
  chain.send(udp(Ipv4Address(99, 9, 9, 9), 10));
  const Capture capture(chain.at_host_.frames);
  EXPECT_THAT(capture.fields("icmp", "icmp.type icmp.code icmp.checksum.status icmp.mtu"),
              testing::ElementsAre("11;0;1;", "3;4;1;576", "3;0;1;"));
  EXPECT_THAT(capture.fields("icmp", "ip.src"),
              testing::ElementsAre("10.0.1.1,10.0.0.2", "10.0.2.1,10.0.0.2", "10.0.0.1,10.0.0.2"));
  EXPECT_THAT(capture.fields("_ws.malformed || _ws.expert.severity >= 8388608", "frame.number"),
              testing::IsEmpty());
}

}  // namespace
}  // namespace violin::router_test
