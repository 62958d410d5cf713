// What a jetway makes on a host, known before it is made, and its removal by name after a crash.
//
// Every device carries the owner's mark as its alias (`ip -d link` shows it); a bridge has also,
// from its first moment on, a MAC address made from the mark, so that one whose maker was killed
// before it could set the alias is still known. A device without the mark is never touched,
// whatever its name.
#pragma once

#include <string>
#include <vector>

#include "core/address.h"
#include "datapath/jetway/link_control.h"

namespace violin {

struct JetwayResources {
  std::string owner;                 // the VIOLIN's name
  std::string network_namespace;     // path; empty: the process's own
  std::vector<std::string> devices;  // in the order of making
};

// "violin:NAME".
std::string ownership_mark(const std::string& owner);
MacAddress ownership_mac(const std::string& owner);
bool belongs_to(const LinkState& link, const std::string& owner);

// Removes those of the devices that are there and the owner's, in reverse order, and returns their
// names. A namespace that is gone took its devices with it. Throws std::system_error.
std::vector<std::string> remove_jetway_remains(const JetwayResources& resources);

}  // namespace violin
