#include "models/vhost/udp_path.h"

#include <algorithm>

#include "models/wire/big_endian.h"
#include "models/wire/checksum.h"
#include "models/wire/ethernet.h"
#include "models/wire/ipv4.h"
#include "models/wire/udp.h"

namespace violin {
namespace {

constexpr std::size_t kIpAt = wire::EthernetHeader::kSize;
constexpr std::size_t kUdpAt = kIpAt + wire::Ipv4Header::kMinSize;

std::uint16_t complement(std::uint64_t sum) {
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~((sum & 0xffff) + (sum >> 16)));
}

}  // namespace

UdpPath::UdpPath(const UdpFlow& flow, const std::optional<Egress>& egress, MacAddress source,
                 std::uint32_t route_version)
    : flow_(flow), egress_(egress), route_version_(route_version) {
  const std::span<std::uint8_t> all(headers_);
  wire::EthernetHeader{MacAddress{}, source, wire::EtherType::kIpv4, {}}.serialize(all);
  wire::Ipv4Header header;
  header.tos = flow.options.tos;
  header.dont_fragment = flow.options.dont_fragment;
  header.ttl = flow.options.ttl;
  header.protocol = wire::IpProtocol::kUdp;
  header.source = flow.source;
  header.destination = flow.destination;
  header.serialize(all.subspan(kIpAt));
  ip_sum_ = static_cast<std::uint16_t>(~wire::load16(&headers_[kIpAt + 10]));
  wire::store16(&headers_[kUdpAt], flow.source_port);
  wire::store16(&headers_[kUdpAt + 2], flow.destination_port);
  wire::ChecksumSum sum;
  sum.add_pseudo_header(flow.source, flow.destination,
                        static_cast<std::uint8_t>(wire::IpProtocol::kUdp), 0);
  sum.add(all.subspan(kUdpAt, 4));
  udp_sum_ = static_cast<std::uint16_t>(~sum.finish());
}

void UdpPath::stamp(Frame& payload, std::uint16_t identification, MacAddress destination) const {
  const auto udp_length = static_cast<std::uint16_t>(wire::UdpHeader::kSize + payload.size().value);
  const auto ip_length = static_cast<std::uint16_t>(wire::Ipv4Header::kMinSize + udp_length);
  const std::uint16_t data = wire::internet_checksum(payload.bytes());
  std::uint8_t* p = payload.push_front(kHeaderSize).data();
  std::ranges::copy(headers_, p);
  wire::store48(p, destination.bits());
  wire::store16(p + kIpAt + 2, ip_length);
  wire::store16(p + kIpAt + 4, identification);
  wire::store16(p + kIpAt + 10, complement(std::uint64_t{ip_sum_} + ip_length + identification));
  wire::store16(p + kUdpAt + 4, udp_length);
  const std::uint16_t checksum = complement(std::uint64_t{udp_sum_} + udp_length + udp_length +
                                            static_cast<std::uint16_t>(~data));
  wire::store16(p + kUdpAt + 6, checksum == 0 ? 0xffff : checksum);
}

}  // namespace violin
