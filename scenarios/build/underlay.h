// What carries the frames of a live network between overlay hosts: tunnels. In simulation there is
// none, and the substrate's delay is all that lies between two hosts.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "core/component.h"
#include "core/frame_sink.h"
#include "models/substrate/overlay_host.h"

namespace violin {

class VirtualLink;

class Underlay {
 public:
  virtual ~Underlay() = default;

  // The way into what carries that direction of the link from its near end's host to its far end's,
  // where frames go on to `far`; in the order in which they were sent. Asked for again for the same
  // hosts, it is the same way, to another `far`. For other hosts it is another way; the old one
  // still takes frames for a while, and what is under way there still arrives at its own `far`.
  virtual Attachment carry(const VirtualLink& link, std::size_t direction, HostId from, HostId to,
                           Attachment far) = 0;
  // That direction needs no carrying any more: both ends are on one host. Its way is an old one.
  virtual void leave(const VirtualLink& link, std::size_t direction) = 0;
  // The link's old ways end at once; what is under way there is lost.
  virtual void end_old_ways(const VirtualLink& link) = 0;
  // The link is gone, and every way of it.
  virtual void end(const VirtualLink& link) = 0;

  // A way between two hosts that is no link's, until it is ended. Its name is unique.
  virtual Attachment open_way(const std::string& name, HostId from, HostId to, Attachment far) = 0;
  virtual void end_way(Attachment way) = 0;
  // Everything of it that keeps books.
  virtual void for_each_component(const std::function<void(const Component&)>& visit) const = 0;
};

}  // namespace violin
