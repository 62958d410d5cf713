#include "models/substrate/wondernetwork.h"

#include <array>
#include <map>
#include <stdexcept>

#include "models/substrate/measured_pairs.h"
#include "models/substrate/text_fields.h"

namespace violin {
namespace {

using ServerIndex = std::map<std::string, std::size_t, std::less<>>;

struct Servers {
  std::vector<OverlayHost> hosts;
  ServerIndex by_id;
};

std::string without_doubled_quotes(std::string_view text) {
  std::string plain(text);
  for (std::size_t at = plain.find("\"\""); at != std::string::npos;
       at = plain.find("\"\"", at + 1)) {
    plain.erase(at, 1);
  }
  return plain;
}

std::optional<Coordinates> coordinates(const Field& latitude, const Field& longitude,
                                       LoadProblems& problems) {
  if (blank(latitude.text) && blank(longitude.text)) {
    return std::nullopt;
  }
  const auto north = number_within(latitude, -90, 90, "a latitude in degrees", problems);
  const auto east = number_within(longitude, -180, 180, "a longitude in degrees", problems);
  return north && east ? std::optional(Coordinates{*north, *east}) : std::nullopt;
}

Servers load_servers(const SourceText& source) {
  constexpr std::array<std::string_view, 5> kColumns{"id", "name", "country", "latitude",
                                                     "longitude"};
  LoadProblems problems(source.name);
  CsvReader rows(source, kColumns, problems);
  Servers servers;
  std::map<std::string, bool, std::less<>> names;
  while (const auto row = rows.next()) {
    const auto& [id, name, country, latitude, longitude] =
        std::tie((*row)[0], (*row)[1], (*row)[2], (*row)[3], (*row)[4]);
    OverlayHost host;
    host.name = without_doubled_quotes(trimmed(name.text));
    host.country = without_doubled_quotes(trimmed(country.text));
    host.position = coordinates(latitude, longitude, problems);
    if (host.name.empty() || !names.emplace(host.name, true).second) {
      problems.add(name.place, host.name.empty()
                                   ? "a server without a name"
                                   : "a second server called " + in_quotes(host.name));
    }
    if (!servers.by_id.emplace(trimmed(id.text), servers.hosts.size()).second) {
      problems.add(id.place, "a second server with the id " + in_quotes(id.text));
    }
    servers.hosts.push_back(std::move(host));
  }
  if (servers.hosts.empty() || servers.hosts.size() > MeasuredPairs::kMostHosts) {
    problems.add({}, "lists " + std::to_string(servers.hosts.size()) + " servers: expected 1 to " +
                         std::to_string(MeasuredPairs::kMostHosts));
  }
  problems.throw_if_any();
  return servers;
}

std::string_view column_of(PingStatistic statistic) {
  constexpr std::array<std::string_view, 3> kNames{"min", "avg", "max"};
  return kNames[static_cast<std::size_t>(statistic)];
}

class PingReader {
 public:
  PingReader(const SourceText& source, const Servers& servers, const WonderNetworkOptions& options)
      : problems_(source.name), source_(source), servers_(servers), options_(options) {}

  MeasuredPairs read() {
    const std::array<std::string_view, 3> columns{"source", "destination",
                                                  column_of(options_.statistic)};
    CsvReader rows(source_, columns, problems_);
    MeasuredPairs pairs(servers_.hosts.size());
    while (const auto row = rows.next()) {
      const std::optional<std::size_t> from = server((*row)[0]);
      const std::optional<std::size_t> to = server((*row)[1]);
      if (from && to && from != to) {
        if (const std::optional<double> rtt = round_trip((*row)[2])) {
          pairs.add(*from, *to, *rtt);
        }
      }
    }
    problems_.throw_if_any();
    return pairs;
  }

 private:
  std::optional<std::size_t> server(const Field& id) {
    const auto found = servers_.by_id.find(trimmed(id.text));
    if (found != servers_.by_id.end()) {
      return found->second;
    }
    if (!options_.skip_unlisted) {
      problems_.add(id.place, "no server has the id " + in_quotes(id.text),
                    "add it to the servers, or skip unlisted servers");
    }
    return std::nullopt;
  }

  std::optional<double> round_trip(const Field& field) {
    const std::optional<double> rtt = milliseconds(field, problems_);
    if (rtt && *rtt == 0) {
      problems_.add(field.place, "an RTT of 0 between two different servers",
                    "leave rows without a measurement out");
      return std::nullopt;
    }
    return rtt;
  }

  LoadProblems problems_;
  const SourceText& source_;
  const Servers& servers_;
  const WonderNetworkOptions& options_;
};

}  // namespace

Substrate load_wondernetwork(const SourceText& servers, const SourceText& pings,
                             const WonderNetworkOptions& options) {
  check_source(servers, options.max_bytes);
  check_source(pings, options.max_bytes);
  Servers listed = load_servers(servers);
  const MeasuredPairs pairs = PingReader(pings, listed, options).read();
  const auto unmeasured = options.allow_missing ? std::nullopt : pairs.first_unmeasured();
  if (unmeasured) {
    LoadProblems(pings.name)
        .fail({},
              "has no ping between " + in_quotes(listed.hosts[unmeasured->first].name) + " and " +
                  in_quotes(listed.hosts[unmeasured->second].name),
              "allow missing pairs, or list fewer servers");
  }
  return Substrate(std::move(listed.hosts), MeasuredPaths(pairs.delays()));
}

}  // namespace violin
