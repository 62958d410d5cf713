#include "scenarios/load/yaml_writer.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <yaml-cpp/yaml.h>

#include <vector>

#include "scenarios/load/field_text.h"
#include "scenarios/options.pb.h"

namespace violin::scenario {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::size_t kLineLength = 96;

std::vector<const FieldDescriptor*> set_fields(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);  // by field number
  std::vector<const FieldDescriptor*> ordered;
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    for (const FieldDescriptor* field : fields) {
      if (field == message.GetDescriptor()->field(i)) {
        ordered.push_back(field);
      }
    }
  }
  return ordered;
}

class Writer {
 public:
  std::string write(const Message& message) {
    emitter_ << YAML::BeginMap;
    fields(message);
    emitter_ << YAML::EndMap;
    return std::string(emitter_.c_str()) + "\n";
  }

 private:
  void fields(const Message& message) {
    for (const FieldDescriptor* field : set_fields(message)) {
      emitter_ << YAML::Key << field->name() << YAML::Value;
      if (field->is_repeated()) {
        list(message, *field);
      } else {
        value(message, *field);
      }
    }
  }

  void list(const Message& message, const FieldDescriptor& field) {
    const auto& reflection = *message.GetReflection();
    const bool messages = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    emitter_ << (messages ? YAML::Block : YAML::Flow) << YAML::BeginSeq;
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      if (messages) {
        mapping(reflection.GetRepeatedMessage(message, &field, i));
      } else {
        text(reflection.GetRepeatedString(message, &field, i));
      }
    }
    emitter_ << YAML::EndSeq;
  }

  void value(const Message& message, const FieldDescriptor& field) {
    const auto& reflection = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        mapping(reflection.GetMessage(message, &field));
        break;
      case FieldDescriptor::CPPTYPE_STRING:
        text(reflection.GetString(message, &field));
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        emitter_ << lower_case(reflection.GetEnum(message, &field)->name());
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        emitter_ << reflection.GetBool(message, &field);
        break;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        emitter_ << fmt::format("{}", reflection.GetDouble(message, &field));
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        emitter_ << reflection.GetUInt64(message, &field);
        break;
      default:
        emitter_ << reflection.GetUInt32(message, &field);
    }
  }

  void mapping(const Message& message) {
    const std::vector<const FieldDescriptor*> set = set_fields(message);
    const std::string& shorthand = message.GetDescriptor()->options().GetExtension(schema::scalar);
    if (set.size() == 1 && set.front()->name() == shorthand) {
      value(message, *set.front());
      return;
    }
    emitter_ << (fits_a_line(message) ? YAML::Flow : YAML::Block) << YAML::BeginMap;
    fields(message);
    emitter_ << YAML::EndMap;
  }

  static bool fits_a_line(const Message& message) {
    for (const FieldDescriptor* field : set_fields(message)) {
      if (field->is_repeated() && field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        return false;
      }
    }
    return message.ShortDebugString().size() <= kLineLength;
  }

  void text(const std::string& value) {
    const bool plain = !value.empty() && value.find_first_of("\n\t#:'\"") == std::string::npos;
    plain ? emitter_ << value : emitter_ << YAML::DoubleQuoted << value;
  }

  YAML::Emitter emitter_;
};

}  // namespace

std::string to_yaml(const Scenario& scenario) { return Writer().write(scenario); }

}  // namespace violin::scenario
