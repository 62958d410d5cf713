#include "scenarios/load/decode.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "scenarios/load/did_you_mean.h"
#include "scenarios/load/field_text.h"
#include "scenarios/options.pb.h"

namespace violin::scenario {

namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;

std::string kind_of(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return "nothing";
    case Node::Kind::kList:
      return "a list";
    case Node::Kind::kMap:
      return "a mapping";
    case Node::Kind::kScalar:
      break;
  }
  return "'" + node.text + "'";
}

std::vector<std::string> field_names(const Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) {
    names.push_back(type.field(i)->name());
  }
  return names;
}

std::vector<std::string> member_names(const OneofDescriptor& oneof) {
  std::vector<std::string> names;
  for (int i = 0; i < oneof.field_count(); ++i) {
    names.push_back(oneof.field(i)->name());
  }
  return names;
}

template <typename T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

class Decoder {
 public:
  Decoder(std::string file, Decoded& result) : file_(std::move(file)), result_(result) {}

  void message(const Node& node, Message& target) {
    result_.locations.add(path_, node.place);
    if (node.kind != Node::Kind::kMap) {
      short_form(node, target);
      return;
    }
    Seen seen;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      entry(node, i, target, seen);
    }
    missing_fields(node.place, *target.GetDescriptor(), seen);
  }

 private:
  using Seen = std::map<const FieldDescriptor*, Place>;

  // Appends to the path of the field at hand while it lives.
  class Step {
   public:
    Step(Decoder& decoder, std::string_view step)
        : path_(decoder.path_), length_(decoder.path_.size()) {
      path_ += path_.empty() || step.starts_with('[') ? "" : ".";
      path_ += step;
    }
    ~Step() { path_.resize(length_); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    std::string& path_;
    std::size_t length_;
  };

  void error(Place place, std::string message) {
    if (result_.errors.size() < kMostErrors) {
      result_.errors.push_back({file_, place, path_, std::move(message)});
    }
  }
  void error_expecting(const Node& node, const std::string& what) {
    const bool is_empty = node.kind == Node::Kind::kNull;
    error(node.place, is_empty ? fmt::format("has no value; expected {}", what)
                               : fmt::format("expected {}, got {}", what, kind_of(node)));
  }

  // A scalar where the schema lets one stand for the message.
  void short_form(const Node& node, Message& target) {
    const Descriptor& type = *target.GetDescriptor();
    const std::string& name = type.options().GetExtension(schema::scalar);
    if (node.kind != Node::Kind::kScalar || name.empty()) {
      const bool empty = node.kind == Node::Kind::kNull;
      error_expecting(node, fmt::format("a mapping with {}{}", fmt::join(field_names(type), ", "),
                                        empty ? ", or {} for none of them" : ""));
      return;
    }
    singular(node, *type.FindFieldByName(name), target);
  }

  void entry(const Node& node, std::size_t i, Message& target, Seen& seen) {
    const Node::Key& key = node.keys[i];
    const Descriptor& type = *target.GetDescriptor();
    const FieldDescriptor* field = type.FindFieldByName(key.text);
    const Step step(*this, key.text);
    if (field == nullptr) {
      unknown_field(key, type);
      return;
    }
    const bool adds = node.keys_repeat && field->is_repeated();
    if (!adds && !only_one(key, *field, seen)) {
      return;
    }
    seen.emplace(field, key.place);
    if (field->is_repeated()) {
      list(node.items[i], *field, node.keys_repeat, target);
    } else {
      value(node.items[i], *field, target);
    }
  }

  void unknown_field(const Node::Key& key, const Descriptor& type) {
    const std::vector<std::string> known = field_names(type);
    const std::string near = did_you_mean(key.text, known);
    error(key.place,
          "unknown field" +
              (near.empty() ? fmt::format("; there are: {}", fmt::join(known, ", ")) : near));
  }

  // Neither the field nor another of its oneof was there before.
  bool only_one(const Node::Key& key, const FieldDescriptor& field, const Seen& seen) {
    for (const auto& [other, place] : seen) {
      if (other == &field) {
        error(key.place, fmt::format("given twice; the first is at line {}", place.line));
        return false;
      }
      if (field.real_containing_oneof() != nullptr &&
          other->real_containing_oneof() == field.real_containing_oneof()) {
        error(
            key.place,
            fmt::format("cannot be with '{}' (line {}); choose one of: {}", other->name(),
                        place.line, fmt::join(member_names(*field.real_containing_oneof()), ", ")));
        return false;
      }
    }
    return true;
  }

  void missing_fields(Place place, const Descriptor& type, const Seen& seen) {
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (field.options().GetExtension(schema::required) && !seen.contains(&field)) {
        const Step step(*this, field.name());
        error(place, "is missing; expected " +
                         (field.is_repeated() ? std::string("a list") : expectation_of(field)));
      }
    }
    for (int i = 0; i < type.real_oneof_decl_count(); ++i) {
      const OneofDescriptor& oneof = *type.oneof_decl(i);
      bool given = false;
      for (int member = 0; member < oneof.field_count(); ++member) {
        given |= seen.contains(oneof.field(member));
      }
      if (!given) {
        error(place, fmt::format("needs one of: {}", fmt::join(member_names(oneof), ", ")));
      }
    }
  }

  void list(const Node& node, const FieldDescriptor& field, bool single_is_one, Message& target) {
    if (node.kind == Node::Kind::kList) {
      result_.locations.add(path_, node.place);
      for (const Node& item : node.items) {
        element(item, field, target);
      }
      if (node.items.empty() && field.options().GetExtension(schema::required)) {
        error(node.place, "is empty; expected at least one");
      }
    } else if (single_is_one && node.kind != Node::Kind::kNull) {
      element(node, field, target);
    } else {
      error_expecting(node, "a list");
    }
  }

  // A value that is wrong leaves an empty element, so that the indices of the others stay true.
  void element(const Node& node, const FieldDescriptor& field, Message& target) {
    const auto& reflection = *target.GetReflection();
    const Step step(*this, fmt::format("[{}]", reflection.FieldSize(target, &field)));
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      message(node, *reflection.AddMessage(&target, &field));
      return;
    }
    result_.locations.add(path_, node.place);
    reflection.AddString(&target, &field, text_of(node, field));
  }

  void value(const Node& node, const FieldDescriptor& field, Message& target) {
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      message(node, *target.GetReflection()->MutableMessage(&target, &field));
    } else {
      result_.locations.add(path_, node.place);
      singular(node, field, target);
    }
  }

  void singular(const Node& node, const FieldDescriptor& field, Message& target) {
    const auto& reflection = *target.GetReflection();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      reflection.SetString(&target, &field, text_of(node, field));
    } else if (node.kind != Node::Kind::kScalar) {
      error_expecting(node, expectation_of(field));
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      enumerator(node, field, target);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
      if (node.text != "true" && node.text != "false") {
        error_expecting(node, expectation_of(field));
      }
      reflection.SetBool(&target, &field, node.text == "true");
    } else {
      number(node, field, target);
    }
  }

  std::string text_of(const Node& node, const FieldDescriptor& field) {
    if (node.kind != Node::Kind::kScalar) {
      error_expecting(node, expectation_of(field));
      return {};
    }
    if (std::string problem = problem_with_text(field, node.text); !problem.empty()) {
      error(node.place, std::move(problem));
      return {};
    }
    return node.text;
  }

  void enumerator(const Node& node, const FieldDescriptor& field, Message& target) {
    const EnumDescriptor& type = *field.enum_type();
    std::vector<std::string> known;
    for (int i = 0; i < type.value_count(); ++i) {
      known.push_back(lower_case(type.value(i)->name()));
      if (lower_case(node.text) == known.back()) {
        target.GetReflection()->SetEnum(&target, &field, type.value(i));
        return;
      }
    }
    error(node.place, fmt::format("expected {}, got '{}'{}", expectation_of(field), node.text,
                                  did_you_mean(node.text, known)));
  }

  void number(const Node& node, const FieldDescriptor& field, Message& target) {
    const auto& reflection = *target.GetReflection();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32) {
      set(node, field, parse_number<std::uint32_t>(node.text),
          [&](std::uint32_t v) { reflection.SetUInt32(&target, &field, v); });
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_UINT64) {
      set(node, field, parse_number<std::uint64_t>(node.text),
          [&](std::uint64_t v) { reflection.SetUInt64(&target, &field, v); });
    } else {
      set(node, field, parse_number<double>(node.text),
          [&](double v) { reflection.SetDouble(&target, &field, v); });
    }
  }

  template <typename T, typename Setter>
  void set(const Node& node, const FieldDescriptor& field, std::optional<T> parsed, Setter setter) {
    if (!parsed || !std::isfinite(static_cast<double>(*parsed))) {
      error(node.place,
            fmt::format("expected {}{}, got '{}'", expectation_of(field),
                        std::is_same_v<T, double> ? "" : " that is not negative", node.text));
      return;
    }
    std::string problem = problem_with_bounds(field, static_cast<double>(*parsed), node.text);
    if (!problem.empty()) {
      error(node.place, std::move(problem));
      return;
    }
    setter(*parsed);
  }

  std::string file_;
  Decoded& result_;
  std::string path_;
};

}  // namespace

Decoded decode(const Node& document, const std::string& file) {
  Decoded result;
  if (document.kind == Node::Kind::kNull) {
    result.errors.push_back({file, document.place, "", "the file is empty; expected a scenario"});
    return result;
  }
  Decoder(file, result).message(document, result.scenario);
  sort_by_place(result.errors);
  if (result.errors.size() == kMostErrors) {
    result.errors.push_back({file, document.place, "", kMoreErrors});
  }
  return result;
}

}  // namespace violin::scenario
