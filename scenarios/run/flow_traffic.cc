#include "scenarios/run/flow_traffic.h"

#include <algorithm>
#include <sstream>

#include "models/app/flow_header.h"
#include "scenarios/build/data_file.h"
#include "scenarios/load/quantities.h"

namespace violin {

namespace pb = scenario;

namespace {

constexpr std::uint32_t kDefaultSize = 1000;  // of datagrams, bytes

std::uint32_t datagram_size(const std::string& size) {
  const Bytes bytes = pb::size(size).value_or(Bytes{kDefaultSize});
  return std::max(static_cast<std::uint32_t>(bytes.value),
                  static_cast<std::uint32_t>(FlowHeader::kSize));
}

// Lines "<time with unit> <size with unit>".
std::vector<TraceTraffic::Point> read_traffic_trace(const std::string& written,
                                                    const pb::LoadedScenario& scenario) {
  const DataFile file(written, scenario);
  std::istringstream lines{std::string(file.source().text)};
  std::vector<TraceTraffic::Point> points;
  std::string line;
  for (std::uint32_t number = 1; std::getline(lines, line); ++number) {
    if (line.empty() || line[0] == '#') {
      continue;
    }
    const std::size_t blank = line.find(' ');
    const auto at = pb::parse_duration(line.substr(0, blank));
    const auto size = pb::parse_size(blank == std::string::npos ? "" : line.substr(blank + 1));
    if (!at.value || !size.value) {
      throw pb::ScenarioError(file.source().name, {number, 1},
                              at.value ? size.problem : at.problem);
    }
    if (!points.empty() && *at.value < points.back().at) {
      throw pb::ScenarioError(file.source().name, {number, 1}, "times must not go backwards");
    }
    points.push_back({*at.value, static_cast<std::uint32_t>(size.value->value)});
  }
  return points;
}

}  // namespace

std::unique_ptr<Traffic> make_traffic(const pb::Flow& flow, const pb::LoadedScenario& scenario,
                                      const RandomStream& random) {
  if (flow.has_cbr()) {
    return std::make_unique<ConstantTraffic>(datagram_size(flow.cbr().size()),
                                             *pb::bit_rate(flow.cbr().rate()));
  }
  if (flow.has_poisson()) {
    const std::uint32_t size = datagram_size(flow.poisson().size());
    const BitRate rate = *pb::bit_rate(flow.poisson().rate());
    return std::make_unique<PoissonTraffic>(
        size, from_seconds(size * 8.0 / static_cast<double>(rate.bits_per_second())), random);
  }
  if (flow.has_onoff()) {
    const auto period = [](const std::string& mean) {
      return PeriodLength{PeriodLength::Kind::kExponential, *pb::duration(mean)};
    };
    return std::make_unique<OnOffTraffic>(
        datagram_size(flow.onoff().size()), *pb::bit_rate(flow.onoff().rate()),
        period(flow.onoff().on()), period(flow.onoff().off()), random);
  }
  return std::make_unique<TraceTraffic>(read_traffic_trace(flow.trace().file(), scenario));
}

}  // namespace violin
