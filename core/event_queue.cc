#include "core/event_queue.h"

namespace violin {

namespace {
std::size_t at(EventQueue::Slot slot) { return static_cast<std::size_t>(slot); }
}  // namespace

EventQueue::Slot EventQueue::open(Callback callback, void* context) {
  const SlotState state{callback, context, 0, kNever, false};
  if (free_.empty()) {
    slots_.push_back(state);
    return Slot{static_cast<std::uint32_t>(slots_.size() - 1)};
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  slots_[slot] = state;
  return Slot{slot};
}

void EventQueue::close(Slot slot) {
  cancel(slot);
  free_.push_back(static_cast<std::uint32_t>(slot));
}

void EventQueue::arm(Slot slot, TimePoint due, std::uint64_t key) {
  SlotState& state = slots_[at(slot)];
  state.key = key;
  state.due = due;
  state.armed = true;
  heap_.push({due, key, static_cast<std::uint32_t>(slot)});
}

void EventQueue::cancel(Slot slot) { slots_[at(slot)].armed = false; }
bool EventQueue::armed(Slot slot) const { return slots_[at(slot)].armed; }
TimePoint EventQueue::due(Slot slot) const { return slots_[at(slot)].due; }

bool EventQueue::drop_stale() {
  while (!heap_.empty()) {
    const Entry& top = heap_.top();
    const SlotState& state = slots_[top.slot];
    if (state.armed && state.key == top.key) {
      return true;
    }
    heap_.pop();
  }
  return false;
}

TimePoint EventQueue::next_due() { return drop_stale() ? heap_.top().due : kNever; }

std::optional<EventQueue::Wakeup> EventQueue::pop(TimePoint end) {
  if (!drop_stale() || heap_.top().due > end) {
    return std::nullopt;
  }
  SlotState& state = slots_[heap_.top().slot];
  const Wakeup wakeup{heap_.top().due, state.callback, state.context};
  state.armed = false;
  heap_.pop();
  return wakeup;
}

}  // namespace violin
