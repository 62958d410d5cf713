#include "models/substrate/ping_trace.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/require.h"
#include "models/substrate/text_fields.h"

namespace violin {
namespace {

// Digits at `begin`, or -1.
int digits(std::string_view text, std::size_t begin, std::size_t count) {
  const std::optional<std::uint64_t> value = to_count(text.substr(begin, count));
  return value ? static_cast<int>(*value) : -1;
}

// ISO 8601, YYYY-MM-DDThh:mm:ss, taken as UTC.
std::optional<std::int64_t> unix_seconds(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const bool digit = i < text.size() && text[i] >= '0' && text[i] <= '9';
    if (i >= text.size() || (kShape[i] == 'd' ? !digit : text[i] != kShape[i])) {
      return std::nullopt;
    }
  }
  const std::chrono::year_month_day date{
      std::chrono::year(digits(text, 0, 4)),
      std::chrono::month(static_cast<unsigned>(digits(text, 5, 2))),
      std::chrono::day(static_cast<unsigned>(digits(text, 8, 2)))};
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  const int second = digits(text, 17, 2);
  if (text.size() != kShape.size() || !date.ok() || hour > 23 || minute > 59 || second > 60) {
    return std::nullopt;
  }
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24 + hour) * 60 + minute) * 60 + second;
}

std::optional<std::uint32_t> packets(const Field& field, LoadProblems& problems) {
  const std::optional<std::uint64_t> count = to_count(trimmed(field.text));
  if (!count || *count > 1'000'000'000) {
    problems.add(field.place, in_quotes(field.text) + " is not a number of packets");
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(*count);
}

Duration whole_rtt(double milliseconds) { return from_seconds(milliseconds * 1e-3); }

class RunReader {
 public:
  explicit RunReader(LoadProblems& problems) : problems_(problems) {}

  // By column: time, src, dst, tx, rx, min_ms, avg_ms, max_ms.
  std::optional<PingRun> read(const std::vector<Field>& row) {
    PingRun run;
    const std::optional<std::int64_t> time = unix_seconds(trimmed(row[0].text));
    if (!time) {
      problems_.add(row[0].place, in_quotes(row[0].text) + " is not a time as 2019-11-21T01:24:25");
    }
    const auto sent = packets(row[3], problems_);
    const auto received = packets(row[4], problems_);
    if (!time || !sent || !received) {
      return std::nullopt;
    }
    if (*sent == 0 || *received > *sent) {
      problems_.add(row[4].place, std::to_string(*received) + " replies to " +
                                      std::to_string(*sent) + " packets");
      return std::nullopt;
    }
    run.unix_seconds = *time;
    run.source = std::string(trimmed(row[1].text));
    run.destination = std::string(trimmed(row[2].text));
    run.sent = *sent;
    run.received = *received;
    run.rtt = round_trip(row, *received);
    return run;
  }

 private:
  std::optional<PingRun::RoundTrip> round_trip(const std::vector<Field>& row,
                                               std::uint32_t received) {
    const bool none = blank(row[5].text) && blank(row[6].text) && blank(row[7].text);
    if (none && received == 0) {
      return std::nullopt;
    }
    const auto min = milliseconds(row[5], problems_);
    const auto avg = milliseconds(row[6], problems_);
    const auto max = milliseconds(row[7], problems_);
    if (!min || !avg || !max) {
      return std::nullopt;
    }
    return PingRun::RoundTrip{whole_rtt(*min), whole_rtt(*avg), whole_rtt(*max)};
  }

  LoadProblems& problems_;
};

Duration chosen(const PingRun::RoundTrip& rtt, PingStatistic statistic) {
  switch (statistic) {
    case PingStatistic::kMin:
      return rtt.min;
    case PingStatistic::kAvg:
      return rtt.avg;
    case PingStatistic::kMax:
      break;
  }
  return rtt.max;
}

}  // namespace

std::vector<PingRun> load_ping_runs(const SourceText& source, std::size_t max_bytes) {
  constexpr std::array<std::string_view, 8> kColumns{"time", "src",    "dst",    "tx",
                                                     "rx",   "min_ms", "avg_ms", "max_ms"};
  check_source(source, max_bytes);
  LoadProblems problems(source.name);
  CsvReader rows(source, kColumns, problems);
  RunReader reader(problems);
  std::vector<PingRun> runs;
  while (const auto row = rows.next()) {
    const bool failed = blank((*row)[3].text) && blank((*row)[4].text);
    if (std::optional<PingRun> run = failed ? std::nullopt : reader.read(*row)) {
      runs.push_back(std::move(*run));
    }
  }
  problems.throw_if_any();
  return runs;
}

SubstrateTrace ping_trace(const std::vector<PingRun>& runs,
                          const std::map<std::string, HostId>& hosts,
                          const PingTraceOptions& options) {
  require(options.speedup > 0, "a trace's speedup is positive");
  SubstrateTrace trace;
  std::optional<std::int64_t> first;
  for (const PingRun& run : runs) {
    first = std::min(first.value_or(run.unix_seconds), run.unix_seconds);
  }
  for (const PingRun& run : runs) {
    const auto from = hosts.find(run.source);
    const auto to = hosts.find(run.destination);
    if (from == hosts.end() || to == hosts.end() || from->second == to->second) {
      continue;
    }
    PairChange change;
    change.from = from->second;
    change.to = to->second;
    change.loss = 1 - std::sqrt(static_cast<double>(run.received) / run.sent);
    if (run.rtt) {
      change.delay = chosen(*run.rtt, options.statistic) / 2;
    }
    const auto elapsed = static_cast<double>(run.unix_seconds - *first);
    trace.add(options.start + from_seconds(elapsed / options.speedup), change);
  }
  return trace;
}

}  // namespace violin
