// Frames of ours as tshark dissects them, with every checksum verified.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "models/wire/arp.h"
#include "models/wire/ethernet.h"
#include "models/wire/icmp.h"
#include "models/wire/ipv4.h"
#include "models/wire/tcp.h"
#include "models/wire/udp.h"
#include "tests/models/wire/octets.h"

namespace violin::wire {
namespace {

const Ipv4Address kSource(10, 0, 0, 1);
const Ipv4Address kDestination(10, 0, 0, 2);

Octets operator+(Octets front, const Octets& back) {
  front.insert(front.end(), back.begin(), back.end());
  return front;
}

Octets ethernet(EtherType type, const Octets& payload, std::optional<VlanTag> tag = std::nullopt) {
  const EthernetHeader header{.destination = MacAddress::local(2),
                              .source = MacAddress::local(1),
                              .type = type,
                              .tag = tag};
  Octets bytes(header.size());
  header.serialize(bytes);
  return bytes + payload;
}

Octets ipv4(Ipv4Header header, const Octets& payload) {
  header.source = kSource;
  header.destination = kDestination;
  header.total_length = static_cast<std::uint16_t>(header.size() + payload.size());
  Octets bytes(header.size());
  header.serialize(bytes);
  return ethernet(EtherType::kIpv4, bytes + payload);
}

Octets arp() {
  Octets bytes(ArpPacket::kSize);
  ArpPacket{.operation = ArpPacket::Operation::kRequest,
            .sender_mac = MacAddress::local(1),
            .sender_ip = kSource,
            .target_mac = MacAddress(),
            .target_ip = kDestination}
      .serialize(bytes);
  return ethernet(EtherType::kArp, bytes,
                  VlanTag{.priority = 3, .drop_eligible = false, .vlan = 42});
}

Octets icmp(IcmpHeader header, const Octets& data) {
  Octets message = Octets(IcmpHeader::kSize) + data;
  header.serialize(message);
  return ipv4({.protocol = IpProtocol::kIcmp}, message);
}

Octets udp(const Octets& payload) {
  Octets segment = Octets(UdpHeader::kSize) + payload;
  UdpHeader{.source_port = 49200,
            .destination_port = 49201,
            .length = static_cast<std::uint16_t>(segment.size())}
      .serialize(segment, kSource, kDestination);
  return segment;
}

Octets tcp(const TcpHeader& header, const Octets& payload = {}) {
  Octets segment = Octets(header.size()) + payload;
  header.serialize(segment, segment.size(), kSource, kDestination);
  return ipv4({.dont_fragment = true, .protocol = IpProtocol::kTcp}, segment);
}

TcpHeader syn() {
  TcpHeader header{
      .source_port = 49200, .destination_port = 49201, .sequence = 7, .syn = true, .window = 29200};
  header.maximum_segment_size = 1460;
  header.window_scale = 9;
  header.sack_permitted = true;
  header.timestamps = TcpTimestamps{.value = 1234, .echo_reply = 0};
  return header;
}

TcpHeader sack() {
  TcpHeader header{.source_port = 49200,
                   .destination_port = 49201,
                   .sequence = 8,
                   .acknowledgment = 500,
                   .ack = true,
                   .window = 100};
  header.timestamps = TcpTimestamps{.value = 1235, .echo_reply = 99};
  header.sack_count = 3;
  header.sack[0] = {.begin = 600, .end = 700};
  header.sack[1] = {.begin = 800, .end = 900};
  header.sack[2] = {.begin = 1000, .end = 1100};
  return header;
}

Octets with_options() {
  Ipv4Header header{.tos = 0xb8, .identification = 77, .ttl = 9};
  const Octets options = octets("940400000 0707040a000009 00");  // router alert, record route
  header.options_size = static_cast<std::uint8_t>(options.size());
  std::copy(options.begin(), options.end(), header.options.begin());
  return ipv4(header, udp(octets("616263")));
}

// A pcap file (version 2.4, Ethernet) that goes with its test.
class Capture {
 public:
  explicit Capture(const std::vector<Octets>& frames)
      : path_(std::filesystem::temp_directory_path() /
              ("violin-dissection-" + std::to_string(getpid()) + ".pcap")) {
    std::ofstream out(path_, std::ios::binary);
    for (const std::uint32_t word : {0xa1b2c3d4U, 0x00040002U, 0U, 0U, 65535U, 1U}) {
      write(out, word);
    }
    for (const auto& frame : frames) {
      const auto size = static_cast<std::uint32_t>(frame.size());
      for (const std::uint32_t word : {0U, 0U, size, size}) {
        write(out, word);
      }
      std::copy(frame.begin(), frame.end(), std::ostreambuf_iterator<char>(out));
    }
  }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  ~Capture() { std::filesystem::remove(path_); }

  // What `tshark -r <this> arguments` prints, with checksums verified.
  std::string tshark(const std::string& arguments) const {
    const std::string command = "tshark -n -r " + path_.string() +
                                " -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE"
                                " -o tcp.check_checksum:TRUE " +
                                arguments + " 2>/dev/null";
    std::string text;
    FILE* pipe = popen(command.c_str(), "r");
    std::array<char, 4096> buffer;
    while (std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
      text.append(buffer.data(), n);
    }
    pclose(pipe);
    return text;
  }

 private:
  static void write(std::ofstream& out, std::uint32_t word) {
    std::array<char, sizeof word> bytes;
    std::memcpy(bytes.data(), &word, sizeof word);
    out.write(bytes.data(), bytes.size());
  }

  std::filesystem::path path_;
};

// Numbers of frames with an expert error, a malformed part or a wrong checksum.
constexpr const char* kComplaints =
    "-Y '_ws.malformed || _ws.expert.severity == error || ip.checksum.status == bad || "
    "udp.checksum.status == bad || tcp.checksum.status == bad || icmp.checksum.status == bad' "
    "-T fields -e frame.number";

class Dissection : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("tshark --version >/dev/null 2>&1") != 0) {
      GTEST_SKIP() << "tshark is not installed";
    }
  }
};

TEST_F(Dissection, FindsNothingWrongInFramesOfEveryKind) {
  const Capture capture({
      arp(),
      icmp({.type = IcmpType::kEchoRequest, .rest = 0x12340001}, octets("6162636465")),
      icmp({.type = IcmpType::kDestinationUnreachable, .code = 4, .rest = 1400},
           octets("4500001c 006f0000 7b112b60 0a000001 0a000002 04d20035 00080000")),
      ipv4({}, udp({})),
      ipv4({}, udp(octets("616263"))),
      with_options(),
      ipv4({.identification = 5, .more_fragments = true}, Octets(64, 0x61)),
      tcp(syn()),
      tcp(sack()),
      tcp(TcpHeader{.source_port = 49200,
                    .destination_port = 49201,
                    .sequence = 8,
                    .acknowledgment = 500,
                    .psh = true,
                    .ack = true,
                    .window = 100},
          octets("0102030405")),
  });
  EXPECT_EQ(capture.tshark(kComplaints), "");
  EXPECT_EQ(capture.tshark("-T fields -e frame.number"), "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n");
}

TEST_F(Dissection, WouldFindAWrongChecksum) {
  std::vector<Octets> frames{ipv4({}, udp(octets("616263"))), tcp(syn())};
  frames[0].back() ^= 1;
  frames[1][14 + 10] ^= 1;
  EXPECT_EQ(Capture(frames).tshark(kComplaints), "1\n2\n");
}

TEST_F(Dissection, ReadsTheFieldsThatWereWritten) {
  EXPECT_EQ(
      Capture({arp()}).tshark("-T fields -e vlan.priority -e vlan.id -e arp.opcode "
                              "-e arp.src.hw_mac -e arp.src.proto_ipv4 -e arp.dst.proto_ipv4"),
      "3\t42\t1\t02:00:00:00:00:01\t10.0.0.1\t10.0.0.2\n");
  EXPECT_EQ(
      Capture({with_options()})
          .tshark("-T fields -e ip.dsfield.dscp -e ip.id -e ip.ttl -e ip.hdr_len -e ip.opt.ra "
                  "-e udp.srcport -e udp.dstport -e udp.length"),
      "46\t0x004d\t9\t32\t0\t49200\t49201\t11\n");
  EXPECT_EQ(Capture({tcp(syn())})
                .tshark("-T fields -e tcp.flags.str -e tcp.seq_raw -e tcp.window_size_value "
                        "-e tcp.options.mss_val -e tcp.options.wscale.shift "
                        "-e tcp.options.timestamp.tsval"),
            "··········S·\t7\t29200\t1460\t9\t1234\n");
  EXPECT_EQ(Capture({tcp(sack())})
                .tshark("-o tcp.relative_sequence_numbers:FALSE -T fields -e tcp.ack_raw "
                        "-e tcp.options.sack_le -e tcp.options.sack_re "
                        "-e tcp.options.timestamp.tsecr"),
            "500\t600,800,1000\t700,900,1100\t99\n");
}

}  // namespace
}  // namespace violin::wire
