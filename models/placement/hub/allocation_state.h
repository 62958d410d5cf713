// A single allocation under change: what moving points and hubs would cost, told at once from the
// flows between each point and each hub's points.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "models/placement/hub/allocation_model.h"

namespace violin {

// Hubs are numbered by the slots that they are in. Every point is in a slot once place() was called
// for it; costs are those of the model, of points that are placed.
class AllocationState {
 public:
  static constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();

  // The model outlives it.
  AllocationState(const AllocationModel& model, std::vector<std::size_t> hubs);

  // Those hubs, nothing placed yet, overload at the same price.
  AllocationState with_hubs(std::vector<std::size_t> hubs) const {
    AllocationState state(*model_, std::move(hubs));
    state.overload_price_ = overload_price_;
    return state;
  }

  std::size_t slots() const { return hubs_.size(); }
  std::size_t hub(std::size_t slot) const { return hubs_[slot]; }
  const std::vector<std::size_t>& hubs() const { return hubs_; }
  std::size_t slot(std::size_t point) const { return slot_[point]; }
  double cost() const;
  double cost_with_overload() const { return cost() + overload_price_ * overload(); }
  std::vector<std::size_t> allocation() const;  // of each point: its site
  bool is_hub(std::size_t site) const;
  // Flow beyond capacities, of all slots.
  double overload() const;
  // That costs so much per unit, in all that follows but cost().
  void set_overload_price(double price) { overload_price_ = price; }
  // Nothing but its own hub will do.
  bool at_home(std::size_t point) const {
    return slot_[point] != kNowhere && model_->homes[point] == hubs_[slot_[point]];
  }

  void place(std::size_t point, std::size_t slot);
  void remove(std::size_t point);
  void move(std::size_t point, std::size_t slot) {
    remove(point);
    place(point, slot);
  }
  // Puts the hub elsewhere and leaves all points in their slots.
  void relocate(std::size_t slot, std::size_t site);

  // What the point costs in the slot, itself left out of where it is.
  double cost(std::size_t point, std::size_t slot) const;
  // Likewise, what the cost grows by.
  double cost_of_move(std::size_t point, std::size_t slot) const {
    return cost(point, slot) - cost(point, slot_[point]);
  }
  double cost_of_relocation(std::size_t slot, std::size_t site) const;
  // Whether that is no hub yet, and home of no point in another slot.
  bool can_relocate(std::size_t slot, std::size_t site) const;

 private:
  static double lacking(double room) { return room < 0 ? -room : 0; }
  void shift_flows(std::size_t point, std::size_t slot, double sign);

  const AllocationModel* model_;
  std::vector<std::size_t> hubs_;
  std::vector<std::size_t> slot_;
  std::vector<double> room_;  // capacity left, or lacking
  double overload_price_ = 0;
  Table<double> to_slot_;    // point x slot: flow from the point to others in the slot
  Table<double> from_slot_;  // and from those to the point
  Table<double> between_;    // slot x slot: flow between points in the two
};

}  // namespace violin
