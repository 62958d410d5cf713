// The hold model in ns-3: the bare simulator, one object per pending event that schedules its own
// method anew.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "bench/engine.h"

namespace violin::bench {

// False where ns-3 was not found when this was built; nothing else here may be called then.
bool has_ns3();

// `scheduler` is the TypeId's name of one. One ns-3 engine lives at a time: its simulator is
// global.
std::unique_ptr<Engine> make_ns3_hold(const std::string& scheduler, std::size_t pending);

}  // namespace violin::bench
