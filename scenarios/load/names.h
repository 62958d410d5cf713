// How a scenario names things: "vHost1", "vHost1.eth0", and with the VIOLIN where it takes it,
// "red/vHost1.eth0".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scenarios/scenario.pb.h"

namespace violin::scenario {

// Letters, digits, '_' and '-', at most 64 of them.
bool is_name(std::string_view text);

struct Reference {
  std::string violin;  // empty if not told
  std::string entity;
  std::string nic;  // empty if the entity is meant

  bool operator==(const Reference&) const = default;
};

// std::nullopt if the text is neither of the forms above.
std::optional<Reference> parse_reference(std::string_view text);
std::string to_string(const Reference& reference);

// '*' in the pattern stands for any text.
bool matches_pattern(std::string_view pattern, std::string_view text);

// The name of the vNIC at `position`: its own, else "eth<position>".
std::string nic_name(const Nic& nic, int position);

// Member `index` (from 1) of a group is named <group><index>. The index of the member with this
// name; std::nullopt if the group has none.
std::optional<std::uint32_t> group_member(const VHostGroup& group, std::string_view name);

}  // namespace violin::scenario
