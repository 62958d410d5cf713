// The way of each receiver's frames, kept up to date while entities move: for the terms that are no
// sums over links.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/placement/problem.h"
#include "models/placement/search/max_tree.h"

namespace violin::placement {

class PathBooks {
 public:
  // The problem outlives this.
  PathBooks(const Problem& problem, const Assignment& placement);

  double worst_delay() const;  // ms
  double worst_stretch() const { return stretches_.max(); }
  double mean_stretch() const;

  // `placement` still has the entity on its old host.
  void move(EntityId entity, HostId to, const Assignment& placement);
  // Takes the last move back, exactly.
  void undo();

 private:
  struct Crossing {  // of a link of the entity by a receiver's path
    std::uint32_t receiver;
    Hop hop;
  };
  struct Sums {
    double stretch = 0;
    double stretched = 0;
  };
  struct Former {
    std::uint32_t receiver;
    std::uint64_t cells;
    std::optional<double> stretch;
  };
  struct Ends {
    EntityId source;
    EntityId target;
  };
  void add_receiver(const Demand& demand, const Receiver& receiver, const Assignment& placement);
  void set(std::uint32_t receiver, std::uint64_t cells, std::optional<double> stretch);
  // With `moved` on `host` already.
  std::optional<double> stretch(const Ends& ends, std::uint64_t cells, EntityId moved, HostId host,
                                const Assignment& placement) const;
  DelayMatrix::Cell delay(HostId from, HostId to) const;

  const Problem& problem_;
  std::vector<Ends> ends_;                        // by receiver
  std::vector<std::vector<Crossing>> crossings_;  // by entity, receiver by receiver
  std::vector<std::uint64_t> cells_;              // delay by receiver
  MaxTree delays_;                                // in cells
  std::vector<std::optional<double>> stretch_;    // by receiver
  MaxTree stretches_;                             // 0 where there is none
  Sums sums_;
  Sums former_sums_;
  std::vector<Former> former_;
};

}  // namespace violin::placement
