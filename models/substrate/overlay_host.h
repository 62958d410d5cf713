// What the substrate joins: the overlay hosts and their identities.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "core/quantity.h"
#include "models/substrate/geography.h"

namespace violin {

// Index of an overlay host in its substrate; given in order of listing and never changed.
enum class HostId : std::uint32_t {};
constexpr std::size_t to_index(HostId host) { return static_cast<std::size_t>(host); }

// What is not known or not limited is absent; a substrate never makes up a value.
struct OverlayHost {
  std::string name{};  // unique in its substrate, not empty
  std::optional<Coordinates> position{};
  std::string country{};            // as the source of the data spells it; empty where unknown
  std::string autonomous_system{};  // likewise
  std::optional<FrameRate> capacity{};
  std::optional<Bytes> memory{};
  // Shared by everything that the host carries, hence no part of the bandwidth between two hosts.
  std::optional<BitRate> access_up{};
  std::optional<BitRate> access_down{};
};

}  // namespace violin
