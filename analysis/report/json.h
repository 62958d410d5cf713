// A run's result as one JSON document: summary.json and --format json.
#pragma once

#include <string>

#include "scenarios/run/run_result.h"

namespace violin {

// "0123456789abcdef"
std::string hex(std::uint64_t fingerprint);

// The nearest number: it prints as the time would be written, which a product with 1e-9 does not.
double decimal_seconds(Duration d);

// Names are those of RunResult, times in seconds, rates in bit/s. What was not measured is null.
std::string to_json(const RunResult& result);

}  // namespace violin
