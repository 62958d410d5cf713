// What carries the frames of a live network between overlay hosts: tunnels. In simulation there is
// none, and the substrate's delay is all that lies between two hosts.
#pragma once

#include <cstddef>
#include <functional>

#include "core/component.h"
#include "core/frame_sink.h"
#include "models/substrate/overlay_host.h"

namespace violin {

class VirtualLink;

class Underlay {
 public:
  virtual ~Underlay() = default;

  // The way into what carries that direction of the link from its near end's host to its far end's,
  // where frames go on to `far`. Asked for again, it leads between the hosts where the ends are
  // then; what is under way on the old one still arrives at `far`.
  virtual Attachment carry(const VirtualLink& link, std::size_t direction, HostId from, HostId to,
                           Attachment far) = 0;
  // The link is gone, or both ends are on one host.
  virtual void end(const VirtualLink& link) = 0;
  // Everything of it that keeps books.
  virtual void for_each_component(const std::function<void(const Component&)>& visit) const = 0;
};

}  // namespace violin
