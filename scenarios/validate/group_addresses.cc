#include "scenarios/validate/group_addresses.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace violin::scenario {

namespace {

Ipv4Prefix subnet_of(const VHostGroup& group) {
  return Ipv4Prefix::parse(group.subnet()).value_or(Ipv4Prefix());
}

std::uint64_t size_of(unsigned prefix_length) { return std::uint64_t{1} << (32 - prefix_length); }

}  // namespace

std::uint32_t first_offset(const VHostGroup& group) {
  return group.has_first() ? group.first() : 2;
}

std::uint32_t lan_count(const VHostGroup& group) {
  if (!group.has_lans() || group.lans().size() == 0) {
    return 0;
  }
  return (group.count() + group.lans().size() - 1) / group.lans().size();
}

AddressRange range_of(const VHostGroup& group) {
  const std::uint32_t base = subnet_of(group).address().bits();
  if (group.has_lans()) {
    const std::uint64_t all = lan_count(group) * size_of(group.lans().prefix_length());
    return {base, base + static_cast<std::uint32_t>(all - 1)};
  }
  return {base + first_offset(group), base + first_offset(group) + group.count() - 1};
}

bool has_address(const VHostGroup& group, Ipv4Address address) {
  const AddressRange range = range_of(group);
  if (address.bits() < range.first || address.bits() > range.last) {
    return false;
  }
  if (!group.has_lans()) {
    return true;
  }
  const std::uint64_t block = size_of(group.lans().prefix_length());
  const std::uint64_t lan = (address.bits() - range.first) / block;
  const std::uint64_t offset = (address.bits() - range.first) % block;
  const std::uint64_t first = first_offset(group);
  const std::uint64_t member = lan * group.lans().size() + offset - first;
  return offset == 1 ||
         (offset >= first && offset < first + group.lans().size() && member < group.count());
}

std::string problem_with_addresses(const VHostGroup& group) {
  const Ipv4Prefix subnet = subnet_of(group);
  const bool lans = group.has_lans();
  const unsigned length = lans ? group.lans().prefix_length() : subnet.length();
  if (length > 30) {
    return fmt::format("its subnet, {}, has no room for vHosts", group.subnet());
  }
  if (lans && length < subnet.length()) {
    return fmt::format("LANs of /{} do not fit into its subnet, {}", length, group.subnet());
  }
  const std::uint64_t on_lan = lans ? std::min(group.lans().size(), group.count()) : group.count();
  if (first_offset(group) + on_lan > size_of(length) - 1) {
    return fmt::format("{} vHosts from offset {} on do not fit into a /{}, which ends at offset {}",
                       on_lan, first_offset(group), length, size_of(length) - 2);
  }
  if (lans && first_offset(group) < 2) {
    return "its vHosts begin at offset 2 or later: offset 1 of each LAN is the router's";
  }
  if (lans && lan_count(group) > size_of(subnet.length()) / size_of(length)) {
    return fmt::format("{} LANs of /{} do not fit into its subnet, {}", lan_count(group), length,
                       group.subnet());
  }
  const auto gateway = Ipv4Address::parse(group.gateway());
  if (gateway && !subnet.contains(*gateway)) {
    return fmt::format("its gateway, {}, is not in its subnet, {}", group.gateway(),
                       group.subnet());
  }
  return {};
}

bool names_collide(const std::string& a, std::uint32_t count_a, const std::string& b,
                   std::uint32_t count_b) {
  if (a.size() > b.size()) {
    return names_collide(b, count_b, a, count_a);
  }
  if (!b.starts_with(a)) {
    return false;
  }
  // The first member of b, named as a member of a.
  const std::string index = b.substr(a.size()) + "1";
  std::uint64_t number = 0;
  const char* const end = index.data() + index.size();
  const auto [stop, error] = std::from_chars(index.data(), end, number);
  return error == std::errc() && stop == end && index.front() != '0' && number <= count_a;
}

}  // namespace violin::scenario
