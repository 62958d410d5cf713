// How long a solver may go on.
#pragma once

#include <functional>

namespace violin {

// Asked now and then by a solver: false ends it with the best that it has. Nothing in models/ reads
// a clock, so callers bring their own.
using KeepGoing = std::function<bool()>;

}  // namespace violin
