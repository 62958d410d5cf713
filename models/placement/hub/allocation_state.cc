#include "models/placement/hub/allocation_state.h"

#include <algorithm>

namespace violin {

AllocationState::AllocationState(const AllocationModel& model, std::vector<std::size_t> hubs)
    : model_(&model),
      hubs_(std::move(hubs)),
      slot_(model.points(), kNowhere),
      room_(hubs_.size()),
      to_slot_(model.points(), hubs_.size()),
      from_slot_(model.points(), hubs_.size()),
      between_(hubs_.size(), hubs_.size()) {
  for (std::size_t slot = 0; slot < slots(); ++slot) {
    room_[slot] = model.capacity(hubs_[slot]);
  }
}

double AllocationState::overload() const {
  double sum = 0;
  for (const double room : room_) {
    sum += lacking(room);
  }
  return sum;
}

std::vector<std::size_t> AllocationState::allocation() const {
  std::vector<std::size_t> sites(slot_.size());
  std::ranges::transform(slot_, sites.begin(), [this](std::size_t slot) { return hubs_[slot]; });
  return sites;
}

bool AllocationState::is_hub(std::size_t site) const {
  return std::ranges::find(hubs_, site) != hubs_.end();
}

double AllocationState::cost() const {
  double cost = 0;
  for (std::size_t a = 0; a < slots(); ++a) {
    cost += model_->fixed_costs[hubs_[a]];
    for (std::size_t b = 0; b < slots(); ++b) {
      cost += between_(a, b) * model_->transfer(hubs_[a], hubs_[b]);
    }
  }
  for (std::size_t i = 0; i < slot_.size(); ++i) {
    cost += model_->linear(i, hubs_[slot_[i]]);
  }
  return cost;
}

void AllocationState::shift_flows(std::size_t point, std::size_t slot, double sign) {
  for (std::size_t other = 0; other < slots(); ++other) {
    between_(slot, other) += sign * to_slot_(point, other);
    between_(other, slot) += sign * from_slot_(point, other);
  }
  for (std::size_t j = 0; j < slot_.size(); ++j) {
    to_slot_(j, slot) += sign * model_->flow(j, point);
    from_slot_(j, slot) += sign * model_->flow(point, j);
  }
  room_[slot] -= sign * model_->sent[point];
}

void AllocationState::place(std::size_t point, std::size_t slot) {
  slot_[point] = slot;
  shift_flows(point, slot, 1);
}

void AllocationState::remove(std::size_t point) {
  shift_flows(point, slot_[point], -1);
  slot_[point] = kNowhere;
}

void AllocationState::relocate(std::size_t slot, std::size_t site) {
  if (!model_->capacities.empty()) {
    room_[slot] += model_->capacity(site) - model_->capacity(hubs_[slot]);
  }
  hubs_[slot] = site;
}

double AllocationState::cost(std::size_t point, std::size_t slot) const {
  const std::size_t site = hubs_[slot];
  double cost = model_->linear(point, site);
  for (std::size_t other = 0; other < slots(); ++other) {
    cost += to_slot_(point, other) * model_->transfer(site, hubs_[other]) +
            from_slot_(point, other) * model_->transfer(hubs_[other], site);
  }
  const double sent = model_->sent[point];
  const double room = room_[slot] + (slot_[point] == slot ? sent : 0);
  return cost + overload_price_ * (lacking(room - sent) - lacking(room));
}

double AllocationState::cost_of_relocation(std::size_t slot, std::size_t site) const {
  const std::size_t from = hubs_[slot];
  double cost = model_->fixed_costs[site] - model_->fixed_costs[from];
  for (std::size_t i = 0; i < slot_.size(); ++i) {
    if (slot_[i] == slot) {
      cost += model_->linear(i, site) - model_->linear(i, from);
    }
  }
  for (std::size_t other = 0; other < slots(); ++other) {
    if (other != slot) {
      const std::size_t hub = hubs_[other];
      cost += between_(slot, other) * (model_->transfer(site, hub) - model_->transfer(from, hub)) +
              between_(other, slot) * (model_->transfer(hub, site) - model_->transfer(hub, from));
    }
  }
  if (!model_->capacities.empty()) {
    const double room = room_[slot] + model_->capacity(site) - model_->capacity(from);
    cost += overload_price_ * (lacking(room) - lacking(room_[slot]));
  }
  return cost +
         between_(slot, slot) * (model_->transfer(site, site) - model_->transfer(from, from));
}

bool AllocationState::can_relocate(std::size_t slot, std::size_t site) const {
  if (is_hub(site)) {
    return false;
  }
  for (std::size_t i = 0; i < slot_.size(); ++i) {
    if (model_->homes[i] == site && slot_[i] != slot) {
      return false;
    }
  }
  return true;
}

}  // namespace violin
