#include "models/substrate/host_list.h"

#include <algorithm>
#include <set>

#include "models/substrate/text_fields.h"

namespace violin {
namespace {

constexpr std::string_view kNameCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

bool valid_name(std::string_view name) {
  return !name.empty() && name.find_first_not_of(kNameCharacters) == std::string_view::npos;
}

// Takes each valid name once.
class NameSet {
 public:
  explicit NameSet(LoadProblems& problems) : problems_(problems) {}

  void take(const Field& name) {
    if (!valid_name(name.text)) {
      problems_.add(name.place, in_quotes(name.text) + " is not a host name",
                    "use letters, digits, '-', '_' and '.'");
    } else if (!names_.insert(name.text).second) {
      problems_.add(name.place, "a second host called " + in_quotes(name.text));
    }
  }

 private:
  LoadProblems& problems_;
  std::set<std::string_view> names_;
};

Field trimmed_field(const Field& field) {
  const std::size_t lead = std::min(field.text.find_first_not_of(" \t\r"), field.text.size());
  return {trimmed(field.text), {field.place.line, field.place.column + lead}};
}

OverlayHost planetlab_host(const std::vector<Field>& fields, LoadProblems& problems) {
  OverlayHost host;
  host.name = std::string(fields[1].text);
  host.country = std::string(trimmed(fields[2].text));
  host.autonomous_system = std::string(trimmed(fields[4].text));
  const auto north = number_within(fields[5], -90, 90, "a latitude in degrees", problems);
  const auto east = number_within(fields[6], -180, 180, "a longitude in degrees", problems);
  if (north && east) {
    host.position = Coordinates{*north, *east};
  }
  return host;
}

}  // namespace

std::vector<std::string> load_host_names(const SourceText& source, std::size_t max_bytes) {
  check_source(source, max_bytes);
  LoadProblems problems(source.name);
  NameSet names(problems);
  std::vector<std::string> result;
  Lines lines(source.text);
  for (auto line = lines.next(); line && !problems.full(); line = lines.next()) {
    const Field name = trimmed_field(*line);
    if (!name.text.empty() && !name.text.starts_with('#')) {
      names.take(name);
      result.emplace_back(name.text);
    }
  }
  problems.throw_if_any();
  return result;
}

std::vector<OverlayHost> load_planetlab_hosts(const SourceText& source, std::size_t max_bytes) {
  constexpr std::size_t kColumns = 7;
  check_source(source, max_bytes);
  LoadProblems problems(source.name);
  NameSet names(problems);
  std::vector<OverlayHost> hosts;
  Lines lines(source.text);
  lines.next();  // the header
  for (auto line = lines.next(); line && !problems.full(); line = lines.next()) {
    const std::vector<Field> fields = split(*line, '\t');
    if (blank(line->text)) {
      continue;
    }
    if (fields.size() != kColumns) {
      problems.add(line->place, "a line of " + std::to_string(fields.size()) +
                                    " fields: expected id, address, country, number, AS, "
                                    "latitude and longitude, separated by tabs");
      continue;
    }
    names.take(fields[1]);
    hosts.push_back(planetlab_host(fields, problems));
  }
  if (hosts.empty()) {
    problems.add({}, "lists no host");
  }
  problems.throw_if_any();
  return hosts;
}

}  // namespace violin
