// How `violin` ends; the same for every verb.
#pragma once

namespace violin::cli {

enum ExitCode : int {
  kDone = 0,
  kFailed = 1,      // while running
  kUsage = 2,       // the command line
  kInvalid = 3,     // the scenario, or data that it names
  kInfeasible = 4,  // no placement satisfies it
  kBroken = 5,      // a promised bound: books, fidelity, verification
  kInterrupted = 130,
};

}  // namespace violin::cli
