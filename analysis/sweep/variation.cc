#include "analysis/sweep/variation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>

#include "models/placement/problem.h"
#include "scenarios/load/did_you_mean.h"

namespace violin::sweep {

namespace {

struct Kind {
  Subject subject;
  std::string_view before;  // the name; the whole key if `after` is empty too
  std::string_view after;
  double least;
  double most;
  bool whole;  // numbers without a fraction
};

constexpr double kLargestSeed = 9007199254740992;  // 2^53

constexpr std::array kKinds{
    Kind{Subject::kHost, "entity.", ".host", 0, 0, false},
    Kind{Subject::kSwitches, "lan.", ".switches", 1, 64, true},
    Kind{Subject::kScale, "substrate.scale", "", 1e-3, 1e3, false},
    Kind{Subject::kFile, "substrate.file", "", 0, 0, false},
    Kind{Subject::kDemand, "demand.scale", "", 1e-6, 1e6, false},
    Kind{Subject::kWeight, "weight.", "", 0, 1e12, false},
    Kind{Subject::kSeed, "seed", "", 0, kLargestSeed, true},
};

bool takes_name(const Kind& kind) { return kind.before.ends_with('.'); }

// The name in the key; nullopt if the key is not of this kind.
std::optional<std::string> name_in(const Kind& kind, std::string_view key) {
  if (!takes_name(kind)) {
    return key == kind.before ? std::optional(std::string()) : std::nullopt;
  }
  if (!key.starts_with(kind.before) || !key.ends_with(kind.after) ||
      key.size() <= kind.before.size() + kind.after.size()) {
    return std::nullopt;
  }
  key.remove_prefix(kind.before.size());
  key.remove_suffix(kind.after.size());
  return std::string(key);
}

// "entity.vSwitch1.hosts" was meant to be "entity.vSwitch1.host".
std::string suggestion(const std::string& key) {
  std::vector<std::string> known;
  const std::size_t dot = key.find('.');
  const std::string name =
      dot == std::string::npos ? "" : key.substr(dot + 1, key.rfind('.') - dot - 1);
  for (const Kind& kind : kKinds) {
    if (kind.subject == Subject::kWeight) {
      continue;  // whose names are known
    }
    known.push_back(takes_name(kind) ? fmt::format("{}{}{}", kind.before, name, kind.after)
                                     : std::string(kind.before));
  }
  for (std::size_t term = 0; term < placement::kTerms; ++term) {
    known.push_back(fmt::format("weight.{}", to_string(static_cast<placement::Term>(term))));
  }
  const std::string meant = scenario::did_you_mean(key, known);
  return meant.empty() ? "; there are entity.<name>.host, lan.<vswitch>.switches, substrate.scale, "
                         "substrate.file, demand.scale, weight.<term> and seed"
                       : meant;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

class Values {
 public:
  Values(const Kind& kind, std::string_view key) : kind_(kind), key_(key) {}

  std::vector<std::string> read(std::string_view text) && {
    for (const std::string_view part : split(text)) {
      if (part.empty()) {
        fail("has an empty value", text);
      }
      is_numeric(kind_.subject) ? add_numbers(part) : add(std::string(part));
    }
    return std::move(values_);
  }

 private:
  [[noreturn]] void fail(std::string_view what, std::string_view value) const {
    throw VariationError(fmt::format("'{}' {}: '{}'", key_, what, value));
  }

  void add(std::string value) {
    if (seen_.insert(value).second) {
      values_.push_back(std::move(value));
    }
    if (values_.size() > kMostValues) {
      throw VariationError(fmt::format("'{}' has more than {} values", key_, kMostValues));
    }
  }

  // Twelve digits, so that sums of a step print as they would be written.
  void add_number(double value) { add(fmt::format("{:.12g}", value)); }

  double number(std::string_view text, std::string_view part) const {
    const auto value = parse_number(text);
    if (!value || (kind_.whole && *value != std::floor(*value))) {
      fail(kind_.whole ? "takes whole numbers and ranges a..b, a..b:step"
                       : "takes numbers and ranges a..b, a..b:step",
           part);
    }
    return *value;
  }

  double bounded(std::string_view text, std::string_view part) const {
    const double value = number(text, part);
    if (value < kind_.least || value > kind_.most) {
      fail(fmt::format("takes numbers from {} to {}", kind_.least, kind_.most), part);
    }
    return value;
  }

  void add_numbers(std::string_view part) {
    const std::size_t dots = part.find("..");
    if (dots == std::string_view::npos) {
      return kind_.whole && parse_number(part) ? add(fmt::format("{:.0f}", bounded(part, part)))
                                               : add_number(bounded(part, part));
    }
    const std::size_t colon = std::min(part.find(':', dots), part.size());
    const double first = bounded(part.substr(0, dots), part);
    const double last = bounded(part.substr(dots + 2, colon - dots - 2), part);
    const double step = colon == part.size() ? 1 : number(part.substr(colon + 1), part);
    if (step <= 0 || last < first) {
      fail("takes ranges a..b:step with a <= b and step > 0", part);
    }
    const double count = std::floor((last - first) / step * (1 + 1e-12)) + 1;
    if (count > static_cast<double>(kMostValues)) {
      fail("has too many values", part);
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      add_number(first + static_cast<double>(i) * step);
    }
  }

  const Kind& kind_;
  std::string_view key_;
  std::vector<std::string> values_;
  std::set<std::string> seen_;
};

void check_term(const Variation& variation) {
  if (variation.subject == Subject::kWeight && !placement::parse_term(variation.name)) {
    throw VariationError(fmt::format("there is no term '{}' of the objective{}", variation.name,
                                     suggestion(variation.key)));
  }
}

}  // namespace

bool is_numeric(Subject subject) { return subject != Subject::kHost && subject != Subject::kFile; }

double number_of(const std::string& value) { return parse_number(value).value(); }

Variation parse_variation(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    throw VariationError(fmt::format("'{}' is not KEY=VALUES", text));
  }
  const std::string key(text.substr(0, equals));
  for (const Kind& kind : kKinds) {
    if (const auto name = name_in(kind, key)) {
      Variation variation{key, kind.subject, *name, {}};
      check_term(variation);
      variation.values = Values(kind, key).read(text.substr(equals + 1));
      return variation;
    }
  }
  throw VariationError(fmt::format("nothing is called '{}'{}", key, suggestion(key)));
}

}  // namespace violin::sweep
