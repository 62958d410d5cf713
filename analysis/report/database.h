// A run's result as an SQLite database, for SQL, notebooks and studies over many runs.
#pragma once

#include <filesystem>

#include "scenarios/run/run_result.h"

namespace violin {

// Creates `file`: tables run (key, value), flow, hop, link, host, substrate_link, event and drops
// (scope, name, reason, frames). Columns are named as RunResult's members. Throws
// std::runtime_error with SQLite's reason.
void write_database(const RunResult& result, const std::filesystem::path& file);

}  // namespace violin
