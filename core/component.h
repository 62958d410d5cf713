// What every part of a network has: a name, an origin for its events, and books.
#pragma once

#include <cstdint>
#include <string>

#include "core/kernel.h"
#include "core/ledger.h"

namespace violin {

class Component {
 public:
  // `name` is unique in its run; the kernel outlives the component.
  Component(Kernel& kernel, std::string name)
      : kernel_(kernel), origin_(kernel), name_(std::move(name)) {}
  Component(const Component&) = delete;
  Component& operator=(const Component&) = delete;
  virtual ~Component() = default;

  const std::string& name() const { return name_; }
  const Ledger& ledger() const { return ledger_; }
  Ledger& ledger() { return ledger_; }
  // Frames that it holds now, counted by looking.
  virtual std::uint64_t queued() const = 0;

 protected:
  Kernel& kernel_;
  EventOrigin origin_;
  Ledger ledger_;

 private:
  std::string name_;
};

}  // namespace violin
