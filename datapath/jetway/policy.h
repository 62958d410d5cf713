// The allow-list of a jetway: what may cross, and in which direction. What no rule lets pass is
// dropped.
//
// Stateless: a frame is judged by its headers alone, so the answers to what may leave need a rule
// of their own direction (a rule without a direction is for both). An IPv4 rule also lets the ARP
// of the same addresses pass, for without it there would be no IPv4.
//
// Whatever the rules: frames for the reserved addresses 01-80-C2-00-00-00 to -0F (spanning tree,
// LLDP, pause) never cross, malformed and 802.1Q-tagged ones neither; and DHCP (UDP ports 67, 68)
// only where a rule names such a port, lest a VIOLIN's server answer the real network or the other
// way round.
//
// Of fragments only the first has ports: the others pass rules without ports alone.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/address.h"
#include "models/wire/ethernet.h"
#include "models/wire/ipv4.h"

namespace violin {

enum class Crossing { kOutward, kInward };  // from the VIOLIN to the real network, and back

// Lets pass what matches all that it names.
struct JetwayRule {
  std::optional<Crossing> direction = std::nullopt;
  bool any_type = false;  // any EtherType, IPv6 too; the rest applies to IPv4 only
  std::optional<wire::IpProtocol> protocol = std::nullopt;
  Ipv4Prefix inside{};   // source of what goes out, destination of what comes in
  Ipv4Prefix outside{};  // the other way round
  std::optional<std::uint16_t> inside_port = std::nullopt;  // TCP's or UDP's
  std::optional<std::uint16_t> outside_port = std::nullopt;

  // "[out|in] [any|ip|icmp|igmp|tcp|udp] [inside PREFIX[:PORT]] [outside PREFIX[:PORT]]", such as
  // "tcp inside 10.0.1.0/24 outside 192.0.2.7/32:443"; a port needs tcp or udp. Throws
  // std::invalid_argument naming the word and what was expected.
  static JetwayRule parse(std::string_view text);
  bool operator==(const JetwayRule&) const = default;
};

// As JetwayRule::parse reads it.
std::string to_string(const JetwayRule& rule);

class JetwayPolicy {
 public:
  // By default IPv4 between any addresses, both ways.
  explicit JetwayPolicy(std::vector<JetwayRule> rules = {JetwayRule{}})
      : rules_(std::move(rules)) {}
  // What a VIOLIN with these subnets wants: its own addresses inside, so that no others get out.
  static JetwayPolicy for_subnets(std::span<const Ipv4Prefix> subnets);

  // `size` is the frame's with elided bytes, `frame` what is stored of it.
  bool allows(std::span<const std::uint8_t> frame, std::size_t size, Crossing direction) const;
  const std::vector<JetwayRule>& rules() const { return rules_; }

 private:
  std::vector<JetwayRule> rules_;
};

}  // namespace violin
