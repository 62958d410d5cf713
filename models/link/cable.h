// A duplex cable between two entities' ports: one link in each direction.
//
//   a:port --- a_to_b() ---> b:port
//   a:port <--- b_to_a() --- b:port
//
// The links are named "<name>/ab" and "<name>/ba". Entities outlive their cables; unplugging
// happens when the cable goes, and what it still held is dropped as kDetached before.
#pragma once

#include <string>

#include "models/entity/entity.h"
#include "models/link/link.h"

namespace violin {

struct CableEnd {
  Entity& entity;
  PortIndex port;
};

class Cable {
 public:
  // Plugs both ends. A bug (std::logic_error) if a port does not exist or has a cable already.
  Cable(Kernel& kernel, const std::string& name, CableEnd a, CableEnd b,
        const PipeParameters& a_to_b, const PipeParameters& b_to_a);
  Cable(Kernel& kernel, const std::string& name, CableEnd a, CableEnd b,
        const PipeParameters& both = {})
      : Cable(kernel, name, a, b, both, both) {}
  Cable(const Cable&) = delete;
  Cable& operator=(const Cable&) = delete;
  ~Cable();

  CableEnd a() const { return {*a_.entity, a_.port}; }
  CableEnd b() const { return {*b_.entity, b_.port}; }
  // Where what crosses the cable in either direction ends: a carrier in between hands it over
  // there.
  Attachment into_a() const { return {a_.entity, a_.port}; }
  Attachment into_b() const { return {b_.entity, b_.port}; }
  Link& a_to_b() { return a_to_b_; }
  Link& b_to_a() { return b_to_a_; }
  const Link& a_to_b() const { return a_to_b_; }
  const Link& b_to_a() const { return b_to_a_; }

  // The end that was at `from` is plugged into the same port of `to`. What crosses the cable, that
  // in flight included, still ends at `from` until each link is connected anew.
  void exchange(const Entity& from, Entity& to);
  // The end that was at `from` counts as at `to` from now on; who calls this has plugged it in
  // there.
  void hand_over(const Entity& from, Entity& to);
  void configure(const PipeParameters& both, TimePoint now);
  // Ends every frame that it holds, as drops for `reason`.
  void abandon(Drop reason);

 private:
  struct End {
    Entity* entity;
    PortIndex port;
  };
  End a_;
  End b_;
  Link a_to_b_;
  Link b_to_a_;
};

}  // namespace violin
