// What a strict parser returns: the value, or the reason for which the frame is to be dropped.
#pragma once

#include <utility>
#include <variant>

#include "core/drop.h"
#include "core/require.h"

namespace violin::wire {

template <typename T>
class [[nodiscard]] Parsed {
 public:
  Parsed(T value) : result_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Parsed(Drop reason) : result_(reason) {}        // NOLINT(google-explicit-constructor)
  // A default T, to be filled in where it lies: copying a header just written costs more than
  // parsing it (the wide loads wait for the narrow stores).
  explicit Parsed(std::in_place_t) : result_(std::in_place_type<T>) {}

  explicit operator bool() const { return std::holds_alternative<T>(result_); }
  const T& operator*() const { return *std::get_if<T>(&result_); }
  const T* operator->() const { return std::get_if<T>(&result_); }
  T& operator*() { return *std::get_if<T>(&result_); }
  T* operator->() { return std::get_if<T>(&result_); }
  Drop reason() const {
    require(!*this, "a parsed value has no drop reason");
    return *std::get_if<Drop>(&result_);
  }

 private:
  std::variant<T, Drop> result_;
};

}  // namespace violin::wire
