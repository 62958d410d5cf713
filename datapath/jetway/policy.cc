#include "datapath/jetway/policy.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "models/wire/arp.h"
#include "models/wire/big_endian.h"

namespace violin {

namespace {

using wire::EtherType;
using wire::IpProtocol;

constexpr std::array<std::pair<std::string_view, IpProtocol>, 4> kProtocols = {
    {{"icmp", IpProtocol::kIcmp},
     {"igmp", IpProtocol::kIgmp},
     {"tcp", IpProtocol::kTcp},
     {"udp", IpProtocol::kUdp}}};

struct Ports {
  std::uint16_t source;
  std::uint16_t destination;
};

bool has_ports(IpProtocol protocol) {
  return protocol == IpProtocol::kTcp || protocol == IpProtocol::kUdp;
}

// What rules ask of a frame.
struct Headers {
  EtherType type;
  Ipv4Address source{};
  Ipv4Address destination{};
  std::optional<IpProtocol> protocol = std::nullopt;  // none: ARP
  std::optional<Ports> ports = std::nullopt;

  bool is_dhcp() const {
    const auto is_port = [](std::uint16_t port) { return port == 67 || port == 68; };
    return protocol == IpProtocol::kUdp && ports &&
           (is_port(ports->source) || is_port(ports->destination));
  }
};

// IEEE 802.1D-2004 table 7-10.
bool is_reserved(MacAddress mac) { return mac.bits() >> 4 == 0x0180'c200'000; }

std::optional<Headers> arp_headers(std::span<const std::uint8_t> packet) {
  const auto arp = wire::ArpPacket::parse(packet);
  if (!arp) {
    return std::nullopt;
  }
  return Headers{.type = EtherType::kArp, .source = arp->sender_ip, .destination = arp->target_ip};
}

std::optional<Headers> ipv4_headers(std::span<const std::uint8_t> packet, std::size_t size) {
  const auto ip = wire::Ipv4Header::parse(packet, size);
  if (!ip) {
    return std::nullopt;
  }
  Headers headers{.type = EtherType::kIpv4,
                  .source = ip->source,
                  .destination = ip->destination,
                  .protocol = ip->protocol};
  const auto transport = packet.subspan(ip->size());
  if (has_ports(ip->protocol) && ip->fragment_offset == 0 && transport.size() >= 4) {
    headers.ports = Ports{wire::load16(&transport[0]), wire::load16(&transport[2])};
  }
  return headers;
}

std::optional<Headers> headers_of(std::span<const std::uint8_t> frame, std::size_t size) {
  const auto ethernet = wire::EthernetHeader::parse(frame);
  if (!ethernet || ethernet->tag || is_reserved(ethernet->destination)) {
    return std::nullopt;
  }
  const auto packet = frame.subspan(ethernet->size());
  switch (ethernet->type) {
    case EtherType::kArp:
      return arp_headers(packet);
    case EtherType::kIpv4:
      return ipv4_headers(packet, size - ethernet->size());
    default:
      return Headers{.type = ethernet->type};
  }
}

bool is_port(std::optional<std::uint16_t> wanted, std::uint16_t port) {
  return !wanted || *wanted == port;
}

bool names_dhcp(const JetwayRule& rule) {
  const auto is_dhcp = [](std::optional<std::uint16_t> port) { return port == 67 || port == 68; };
  return is_dhcp(rule.inside_port) || is_dhcp(rule.outside_port);
}

bool ports_match(const JetwayRule& rule, const Headers& headers, Crossing direction) {
  if (!rule.inside_port && !rule.outside_port) {
    return true;
  }
  if (!headers.ports) {
    return false;
  }
  const auto [source, destination] = *headers.ports;
  return direction == Crossing::kOutward
             ? is_port(rule.inside_port, source) && is_port(rule.outside_port, destination)
             : is_port(rule.inside_port, destination) && is_port(rule.outside_port, source);
}

bool matches(const JetwayRule& rule, const Headers& headers, Crossing direction) {
  if (rule.direction && *rule.direction != direction) {
    return false;
  }
  if (headers.type != EtherType::kIpv4 && headers.type != EtherType::kArp) {
    return rule.any_type;
  }
  const bool outward = direction == Crossing::kOutward;
  if (!rule.inside.contains(outward ? headers.source : headers.destination) ||
      !rule.outside.contains(outward ? headers.destination : headers.source)) {
    return false;
  }
  if (headers.type == EtherType::kArp) {
    return true;
  }
  return (!rule.protocol || rule.protocol == headers.protocol) &&
         ports_match(rule, headers, direction) && (!headers.is_dhcp() || names_dhcp(rule));
}

// --- text

[[noreturn]] void refuse(std::string_view word, const std::string& expected) {
  throw std::invalid_argument("jetway rule: \"" + std::string(word) + "\" where " + expected +
                              " was expected");
}

// The next word; empty at the end.
std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return port;
}

void parse_end(std::string_view word, Ipv4Prefix& prefix, std::optional<std::uint16_t>& port) {
  const std::size_t colon = word.find(':');
  const auto parsed = Ipv4Prefix::parse(word.substr(0, colon));
  if (!parsed) {
    refuse(word, "a prefix such as 10.0.1.0/24");
  }
  prefix = *parsed;
  if (colon == std::string_view::npos) {
    return;
  }
  port = parse_port(word.substr(colon + 1));
  if (!port) {
    refuse(word, "a port from 0 to 65535 behind the colon");
  }
}

// Whether the word was a protocol's name.
bool parse_protocol(std::string_view word, JetwayRule& rule) {
  const auto* found =
      std::ranges::find(kProtocols, word, &std::pair<std::string_view, IpProtocol>::first);
  if (found != kProtocols.end()) {
    rule.protocol = found->second;
  }
  rule.any_type = rule.any_type || word == "any";
  return found != kProtocols.end() || word == "any" || word == "ip";
}

void parse_word(std::string_view word, std::string_view& rest, JetwayRule& rule) {
  if (word == "out" || word == "in") {
    rule.direction = word == "out" ? Crossing::kOutward : Crossing::kInward;
  } else if (word == "inside") {
    parse_end(take_word(rest), rule.inside, rule.inside_port);
  } else if (word == "outside") {
    parse_end(take_word(rest), rule.outside, rule.outside_port);
  } else if (!parse_protocol(word, rule)) {
    refuse(word, "out, in, any, ip, icmp, igmp, tcp, udp, inside or outside");
  }
}

std::string end_to_string(const std::string& name, Ipv4Prefix prefix,
                          std::optional<std::uint16_t> port) {
  if (prefix == Ipv4Prefix{} && !port) {
    return {};
  }
  return " " + name + " " + to_string(prefix) + (port ? ":" + std::to_string(*port) : "");
}

std::string protocol_name(IpProtocol protocol) {
  const auto* found =
      std::ranges::find(kProtocols, protocol, &std::pair<std::string_view, IpProtocol>::second);
  return std::string(found == kProtocols.end() ? "ip" : found->first);
}

}  // namespace

JetwayRule JetwayRule::parse(std::string_view text) {
  JetwayRule rule;
  std::string_view rest = text;
  std::string_view word = take_word(rest);
  if (word.empty()) {
    refuse(text, "a rule such as \"tcp inside 10.0.1.0/24\"");
  }
  for (; !word.empty(); word = take_word(rest)) {
    parse_word(word, rest, rule);
  }
  if ((rule.inside_port || rule.outside_port) && !(rule.protocol && has_ports(*rule.protocol))) {
    refuse(text, "tcp or udp, as it has a port,");
  }
  return rule;
}

std::string to_string(const JetwayRule& rule) {
  std::string text;
  if (rule.direction) {
    text = *rule.direction == Crossing::kOutward ? "out " : "in ";
  }
  text += rule.any_type ? "any" : rule.protocol ? protocol_name(*rule.protocol) : "ip";
  return text + end_to_string("inside", rule.inside, rule.inside_port) +
         end_to_string("outside", rule.outside, rule.outside_port);
}

JetwayPolicy JetwayPolicy::for_subnets(std::span<const Ipv4Prefix> subnets) {
  std::vector<JetwayRule> rules;
  for (const Ipv4Prefix subnet : subnets) {
    rules.push_back({.inside = subnet});
  }
  return JetwayPolicy(std::move(rules));
}

bool JetwayPolicy::allows(std::span<const std::uint8_t> frame, std::size_t size,
                          Crossing direction) const {
  const auto headers = headers_of(frame, size);
  return headers && std::ranges::any_of(rules_, [&](const JetwayRule& rule) {
           return matches(rule, *headers, direction);
         });
}

}  // namespace violin
