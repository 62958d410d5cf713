#include "scenarios/load/field_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "core/address.h"
#include "scenarios/load/file.h"
#include "scenarios/load/names.h"
#include "scenarios/load/paths.h"
#include "scenarios/load/quantities.h"
#include "scenarios/options.pb.h"

namespace violin::scenario {

namespace {

using google::protobuf::FieldDescriptor;

// A value in base units for the bounds, or a problem.
struct Checked {
  std::optional<double> value;
  std::string problem;
};

Checked good() { return {}; }
Checked bad(std::string problem) { return {{}, std::move(problem)}; }
Checked expect(bool holds, std::string_view what, std::string_view text) {
  return holds ? good() : bad(fmt::format("expected {}, got '{}'", what, text));
}

template <typename T, typename Value>
Checked quantity(const Parsed<T>& parsed, Value value) {
  if (!parsed.value) {
    return bad(parsed.problem);
  }
  return {static_cast<double>(value(*parsed.value)), {}};
}

Checked check_duration(std::string_view text) {
  return quantity(parse_duration(text), [](Duration d) { return d.count(); });
}
Checked check_bit_rate(std::string_view text) {
  return quantity(parse_bit_rate(text), [](BitRate r) { return r.bits_per_second(); });
}
Checked check_frame_rate(std::string_view text) {
  return quantity(parse_frame_rate(text), [](FrameRate r) { return r.per_second; });
}
Checked check_size(std::string_view text) {
  return quantity(parse_size(text), [](Bytes b) { return b.value; });
}
Checked check_probability(std::string_view text) {
  return quantity(parse_probability(text), [](double p) { return p; });
}

Checked check_host(std::string_view text) {
  return expect(!text.empty() && text.front() != ' ' && text.back() != ' ',
                "a host's name without white space around it", text);
}
Checked check_name(std::string_view text) {
  return expect(is_name(text), "a name of at most 64 letters, digits, '_' and '-'", text);
}
Checked check_entity(std::string_view text) {
  const auto reference = parse_reference(text);
  return expect(reference && reference->nic.empty(), "an entity such as vHost1 or violin1/vHost1",
                text);
}
Checked check_port(std::string_view text) {
  const auto reference = parse_reference(text);
  return expect(reference && !reference->nic.empty(),
                "a vNIC such as vHost1.eth0 or violin1/vHost1.eth0", text);
}
Checked check_endpoint(std::string_view text) {
  return expect(Ipv4Address::parse(text) || parse_reference(text),
                "an entity such as vHost1, its vNIC (vHost1.eth0) or an IPv4 address", text);
}

Checked check_ipv4(std::string_view text) {
  return expect(Ipv4Address::parse(text).has_value(), "an IPv4 address such as 10.0.1.1", text);
}
Checked check_prefix(std::string_view text) {
  if (const auto interface = Ipv4Interface::parse(text);
      interface && !Ipv4Prefix::parse(text) && text.find('/') != std::string_view::npos) {
    return bad(fmt::format("'{}' has bits set after its prefix length; the prefix is {}", text,
                           violin::to_string(interface->subnet())));
  }
  return expect(Ipv4Prefix::parse(text).has_value(), "an IPv4 prefix such as 10.0.1.0/24", text);
}
Checked check_interface(std::string_view text) {
  return expect(Ipv4Interface::parse(text) && text.find('/') != std::string_view::npos,
                "an IPv4 address with the length of its subnet, such as 10.0.1.7/24", text);
}
Checked check_mac(std::string_view text) {
  const auto mac = MacAddress::parse(text);
  if (mac && (mac->is_group() || mac->is_zero())) {
    return bad(fmt::format("'{}' is not the address of one station", text));
  }
  return expect(mac.has_value(), "a MAC address such as 02:00:00:00:00:01", text);
}
Checked check_path(std::string_view text) {
  if (text.empty()) {
    return expect(false, "a file's path", text);
  }
  return bad(problem_with_path(text));
}

struct Rule {
  const char* expected;
  Checked (*check)(std::string_view text);
  std::function<std::string(double)> told;  // a bound in base units, as text
};

// By Format; the order is that of options.proto.
const std::array<Rule, 16>& rules() {
  static const std::array<Rule, 16> table = {{
      {"text", [](std::string_view) { return good(); }, {}},
      {"a name", check_name, {}},
      {"a host's name", check_host, {}},
      {"an entity such as vHost1", check_entity, {}},
      {"a vNIC such as vHost1.eth0", check_port, {}},
      {"an entity, a vNIC or an IPv4 address", check_endpoint, {}},
      {"a time with its unit, such as 10ms", check_duration,
       [](double v) { return violin::to_string(Duration(static_cast<std::int64_t>(v))); }},
      {"a bit rate with its unit, such as 10Mbit/s", check_bit_rate,
       [](double v) { return violin::to_string(BitRate::bps(static_cast<std::uint64_t>(v))); }},
      {"a frame rate with its unit, such as 30kframes/s", check_frame_rate,
       [](double v) { return to_string(FrameRate{static_cast<std::uint64_t>(v)}); }},
      {"a size with its unit, such as 64KiB", check_size,
       [](double v) { return fmt::format("{}B", static_cast<std::uint64_t>(v)); }},
      {"a probability such as 1% or 0.01", check_probability,
       [](double v) { return fmt::format("{}", v); }},
      {"an IPv4 address such as 10.0.1.1", check_ipv4, {}},
      {"an IPv4 prefix such as 10.0.1.0/24", check_prefix, {}},
      {"an IPv4 address with the length of its subnet, such as 10.0.1.7/24", check_interface, {}},
      {"a MAC address such as 02:00:00:00:00:01", check_mac, {}},
      {"a file's path", check_path, {}},
  }};
  return table;
}

const Rule& rule_of(const FieldDescriptor& field) {
  return rules().at(static_cast<std::size_t>(field.options().GetExtension(schema::format)));
}

std::string one_of(const google::protobuf::EnumDescriptor& type) {
  std::string text = "one of: ";
  for (int i = 0; i < type.value_count(); ++i) {
    text += (i == 0 ? "" : ", ") + lower_case(type.value(i)->name());
  }
  return text;
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

std::string problem_with_bounds(const FieldDescriptor& field, double value, std::string_view text) {
  const auto& options = field.options();
  const auto told = [&](double bound) {
    const Rule& rule = rule_of(field);
    return rule.told ? rule.told(bound) : fmt::format("{}", bound);
  };
  if (options.HasExtension(schema::least) && !(value >= options.GetExtension(schema::least))) {
    return fmt::format("'{}' is too small: at least {}", text,
                       told(options.GetExtension(schema::least)));
  }
  if (options.HasExtension(schema::most) && !(value <= options.GetExtension(schema::most))) {
    return fmt::format("'{}' is too large: at most {}", text,
                       told(options.GetExtension(schema::most)));
  }
  return {};
}

std::string problem_with_text(const FieldDescriptor& field, std::string_view text) {
  if (find_invalid_utf8(text) != std::string_view::npos || std::ranges::any_of(text, [](char c) {
        return c >= 0 && c < ' ' && c != '\n' && c != '\t';
      })) {
    return "escapes in this text stand for what is not printable UTF-8";
  }
  const Checked checked = rule_of(field).check(text);
  if (!checked.problem.empty() || !checked.value) {
    return checked.problem;
  }
  return problem_with_bounds(field, *checked.value, text);
}

std::string expectation_of(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return "a mapping";
    case FieldDescriptor::CPPTYPE_ENUM:
      return one_of(*field.enum_type());
    case FieldDescriptor::CPPTYPE_STRING:
      return rule_of(field).expected;
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return "a number";
    default:
      return "a whole number";
  }
}

}  // namespace violin::scenario
