#include "core/drop.h"

#include "core/require.h"

namespace violin {

namespace {

constexpr std::array<std::string_view, kDropCount> kNames = {
    "queue-full",
    "aqm",
    "random-loss",
    "corrupted",
    "link-down",
    "detached",
    "host-down",
    "migrating",
    "host-overload",
    "bad-frame",
    "bad-header",
    "bad-checksum",
    "not-for-us",
    "same-port",
    "storm-control",
    "vlan",
    "ttl-expired",
    "no-route",
    "neighbor-unresolved",
    "neighbor-queue-full",
    "fragmentation-needed",
    "reassembly",
    "no-listener",
    "receive-buffer-full",
    "unknown-peer",
    "oversize",
    "unsupported",
    "socket-full",
    "socket-overrun",
    "bad-tunnel",
    "replayed",
    "jetway-closed",
};

}  // namespace

std::string_view to_string(Drop reason) {
  require(reason < Drop::kCount, "a drop has a reason");
  return kNames[static_cast<std::size_t>(reason)];
}

}  // namespace violin
