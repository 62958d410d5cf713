#include "models/substrate/cpu_trace.h"

#include <algorithm>
#include <cmath>

#include "core/require.h"
#include "models/substrate/text_fields.h"

namespace violin {
namespace {

constexpr std::uint64_t kMostPercent = 100;

std::optional<CpuTrace> read_trace(const std::vector<Field>& fields, LoadProblems& problems) {
  CpuTrace trace;
  const auto first = std::find_if(fields.begin() + 1, fields.end(), [](const Field& field) {
    return to_number(field.text).has_value();
  });
  for (auto word = fields.begin(); word != first; ++word) {
    trace.name.append(trace.name.empty() ? "" : " ").append(word->text);
  }
  for (auto i = static_cast<std::size_t>(first - fields.begin()); i < fields.size(); ++i) {
    const std::optional<std::uint64_t> percent = to_count(fields[i].text);
    if (!percent || *percent > kMostPercent) {
      problems.add(fields[i].place,
                   in_quotes(fields[i].text) + " is not a whole number of percent, from 0 to 100");
      return std::nullopt;
    }
    trace.percent.push_back(static_cast<std::uint8_t>(*percent));
  }
  return trace;
}

FrameRate share(FrameRate idle, double part) {
  return {static_cast<std::uint64_t>(std::llround(static_cast<double>(idle.per_second) * part))};
}

}  // namespace

std::vector<CpuTrace> load_cpu_traces(const SourceText& source, std::size_t max_bytes) {
  check_source(source, max_bytes);
  LoadProblems problems(source.name);
  std::vector<CpuTrace> traces;
  Lines lines(source.text);
  for (auto line = lines.next(); line && !problems.full(); line = lines.next()) {
    const std::vector<Field> fields = words(*line);
    std::optional<CpuTrace> trace = fields.empty() ? std::nullopt : read_trace(fields, problems);
    if (trace && trace->percent.empty()) {
      problems.add(line->place, "a name without figures");
    } else if (trace) {
      traces.push_back(std::move(*trace));
    }
  }
  problems.throw_if_any();
  return traces;
}

SubstrateTrace capacity_trace(HostId host, const CpuTrace& trace, const CapacityRule& rule) {
  require(rule.least_share >= 0 && rule.least_share <= 1 && rule.step > Duration{0},
          "a share is between 0 and 1 and a step takes time");
  SubstrateTrace steps;
  std::optional<FrameRate> last;
  TimePoint due = rule.start;
  for (const std::uint8_t percent : trace.percent) {
    const double left = (static_cast<double>(kMostPercent) - percent) / 100;
    const FrameRate capacity = share(rule.idle, std::max(left, rule.least_share));
    if (capacity != last) {
      steps.add(due, CapacityChange{host, capacity});
      last = capacity;
    }
    due += rule.step;
  }
  return steps;
}

}  // namespace violin
