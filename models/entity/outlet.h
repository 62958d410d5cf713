// A vHost whose stack is outside of the network: a guest, a device, any peer that speaks a tunnel.
// Each port joins a cable with what is outside; nothing is decided, kept or changed in between.
//
//   cable --receive(port)--> Outlet --> Attachment outside
//   cable <------------------ Outlet <-- inward(port) <-- outside
#pragma once

#include <span>
#include <vector>

#include "models/entity/entity.h"

namespace violin {

class Outlet final : public Entity {
 public:
  Outlet(Kernel& kernel, std::string name) : Entity(kernel, std::move(name)), inward_(*this) {}

  // A port by the index that the caller chooses, as of the host that this stands for.
  void add_port(PortIndex port);
  // The least index without a port.
  PortIndex add_port();
  void remove_port(PortIndex port);
  bool has_port(PortIndex port) const;

  // Where the port's frames leave the network; outlives this, or is replaced. With none, they are
  // dropped as kDetached.
  void connect(PortIndex port, Attachment outside);
  // Where what comes from outside enters; lives as long as this.
  Attachment inward(PortIndex port) { return {&inward_, port}; }

  void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override;
  // It holds no frames.
  void abandon(Drop /*reason*/) override {}
  std::uint64_t queued() const override { return 0; }

 private:
  struct Inward final : FrameSink {
    explicit Inward(Outlet& of) : outlet(of) {}
    void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override {
      outlet.ledger_.in += burst.size();
      outlet.transmit(port, burst, now);
    }
    Outlet& outlet;
  };
  struct Port {
    bool exists = false;
    Attachment outside;
  };

  Inward inward_;
  std::vector<Port> ports_;
};

}  // namespace violin
