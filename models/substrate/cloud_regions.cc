#include "models/substrate/cloud_regions.h"

#include <array>
#include <map>
#include <optional>

#include "models/substrate/measured_pairs.h"
#include "models/substrate/text_fields.h"

namespace violin {
namespace {

using RegionIndex = std::map<std::string_view, std::size_t>;

RegionIndex index_of(std::span<const RegionText> regions, std::size_t max_bytes) {
  RegionIndex index;
  std::size_t bytes = 0;
  for (const RegionText& region : regions) {
    LoadProblems problems(region.source.name);
    bytes += region.source.text.size();
    check_source(region.source, max_bytes);
    if (bytes > max_bytes) {
      problems.fail({}, "and the regions before it have more than the limit of " +
                            std::to_string(max_bytes) + " bytes");
    }
    if (region.region.empty() || !index.emplace(region.region, index.size()).second) {
      problems.fail({}, "is of a second region called " + in_quotes(region.region),
                    "every region has one text and a name");
    }
  }
  if (index.empty() || index.size() > MeasuredPairs::kMostHosts) {
    LoadProblems("cloud regions")
        .fail({}, "there are " + std::to_string(index.size()) + " regions: expected 1 to " +
                      std::to_string(MeasuredPairs::kMostHosts));
  }
  return index;
}

// The lines of one region's text.
class RegionReader {
 public:
  RegionReader(const RegionText& region, std::size_t from, const RegionIndex& index,
               PingStatistic statistic, MeasuredPairs& pairs)
      : region_(region),
        from_(from),
        index_(index),
        statistic_(statistic),
        pairs_(pairs),
        problems_(region.source.name) {}

  void read() {
    Lines lines(region_.source.text);
    while (const std::optional<Field> line = lines.next()) {
      if (!blank(line->text) && !problems_.full()) {
        read_line(*line);
      }
    }
    problems_.throw_if_any();
  }

 private:
  void read_line(const Field& line) {
    const std::size_t colon = line.text.find(':');
    const std::vector<Field> figures = split({line.text.substr(0, colon), line.place}, '/');
    if (colon == std::string_view::npos || figures.size() != 4) {
      problems_.add(line.place, in_quotes(line.text) + ": expected min/avg/max/mdev:region");
      return;
    }
    std::array<std::optional<double>, 4> values;
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = milliseconds(figures[i], problems_);
    }
    const std::size_t chosen = static_cast<std::size_t>(statistic_);
    const Field name{line.text.substr(colon + 1), {line.place.line, line.place.column + colon + 1}};
    if (values[0] && values[1] && values[2] && values[3]) {
      add(name, figures[chosen], *values[chosen]);
    }
  }

  void add(const Field& name, const Field& figure, double rtt) {
    const auto to = index_.find(trimmed(name.text));
    if (to == index_.end()) {
      problems_.add(name.place, "no region is called " + in_quotes(name.text),
                    "give the text of every region");
    } else if (to->second == from_) {
      return;  // within the region
    } else if (pairs_.measured(from_, to->second)) {
      problems_.add(name.place, "a second line about " + in_quotes(name.text));
    } else if (rtt == 0) {
      problems_.add(figure.place, "an RTT of 0 between two different regions");
    } else {
      pairs_.add(from_, to->second, rtt);
    }
  }

  const RegionText& region_;
  std::size_t from_;
  const RegionIndex& index_;
  PingStatistic statistic_;
  MeasuredPairs& pairs_;
  LoadProblems problems_;
};

}  // namespace

Substrate load_cloud_regions(std::span<const RegionText> regions,
                             const CloudRegionOptions& options) {
  const RegionIndex index = index_of(regions, options.max_bytes);
  MeasuredPairs pairs(regions.size());
  std::vector<OverlayHost> hosts(regions.size());
  for (std::size_t i = 0; i < regions.size(); ++i) {
    hosts[i].name = regions[i].region;
    RegionReader(regions[i], i, index, options.statistic, pairs).read();
  }
  if (const auto unmeasured = pairs.first_unmeasured()) {
    LoadProblems(regions[unmeasured->first].source.name)
        .fail({}, "has no line about " + in_quotes(regions[unmeasured->second].region) +
                      ", and that region's text none about this");
  }
  return Substrate(std::move(hosts), MeasuredPaths(pairs.delays()));
}

}  // namespace violin
