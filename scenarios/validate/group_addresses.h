// The addresses of a vHost group, without making its members.
#pragma once

#include <cstdint>
#include <string>

#include "core/address.h"
#include "scenarios/scenario.pb.h"

namespace violin::scenario {

// Addresses from first to last, both included.
struct AddressRange {
  std::uint32_t first;
  std::uint32_t last;

  bool overlaps(const AddressRange& other) const {
    return first <= other.last && other.first <= last;
  }
};

// What the group takes of its subnet: its members' addresses, or with `lans` the blocks of its
// LANs.
AddressRange range_of(const VHostGroup& group);

// Whether a member of the group, or its router's vNIC on one of its LANs, has this address.
bool has_address(const VHostGroup& group, Ipv4Address address);

// What is wrong with the group's subnet, `first`, `lans` and gateway; empty if nothing is.
std::string problem_with_addresses(const VHostGroup& group);

// Offset of the first member's address in the subnet, or in each LAN's block.
std::uint32_t first_offset(const VHostGroup& group);

std::uint32_t lan_count(const VHostGroup& group);

// Whether a group with these names and counts makes two vHosts of one name: "a" with 11 members and
// "a1" with one both have an a11.
bool names_collide(const std::string& a, std::uint32_t count_a, const std::string& b,
                   std::uint32_t count_b);

}  // namespace violin::scenario
