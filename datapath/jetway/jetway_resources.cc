#include "datapath/jetway/jetway_resources.h"

#include <filesystem>
#include <ranges>

namespace violin {

std::string ownership_mark(const std::string& owner) { return "violin:" + owner; }

// FNV-1a of the mark (draft-eastlake-fnv).
MacAddress ownership_mac(const std::string& owner) {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325;
  for (const char c : ownership_mark(owner)) {
    hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100'0000'01b3;
  }
  return MacAddress::local(hash >> 24);
}

bool belongs_to(const LinkState& link, const std::string& owner) {
  if (link.alias.empty()) {
    return link.kind == "bridge" && link.mac == ownership_mac(owner);
  }
  return link.alias == ownership_mark(owner);
}

std::vector<std::string> remove_jetway_remains(const JetwayResources& resources) {
  if (!resources.network_namespace.empty() &&
      !std::filesystem::exists(resources.network_namespace)) {
    return {};
  }
  LinkControl links(resources.network_namespace);
  std::vector<std::string> removed;
  for (const std::string& device : std::views::reverse(resources.devices)) {
    const auto link = links.find(device);
    if (link && belongs_to(*link, resources.owner)) {
      links.remove(*link);
      removed.push_back(device);
    }
  }
  return removed;
}

}  // namespace violin
