#include "scenarios/place/plan_file.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <vector>

#include "scenarios/load/paths.h"
#include "scenarios/load/yaml_writer.h"
#include "scenarios/options.pb.h"

namespace violin {

namespace {

namespace fs = std::filesystem;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

class Rebase {
 public:
  Rebase(const fs::path& from, const fs::path& to)
      : from_(fs::absolute(from)), to_(fs::absolute(to)) {}

  void apply(Message& message) {
    const auto& reflection = *message.GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection.ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        descend(message, *field);
      } else if (field->options().GetExtension(scenario::schema::format) ==
                 scenario::schema::PATH) {
        reflection.SetString(&message, field, rebased(reflection.GetString(message, field)));
      }
    }
  }

 private:
  void descend(Message& message, const FieldDescriptor& field) {
    const auto& reflection = *message.GetReflection();
    if (!field.is_repeated()) {
      return apply(*reflection.MutableMessage(&message, &field));
    }
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      apply(*reflection.MutableRepeatedMessage(&message, &field, i));
    }
  }

  std::string rebased(const std::string& written) const {
    const fs::path file = scenario::resolve_path(written, from_);
    return written.starts_with("${") || fs::path(written).is_absolute()
               ? file.lexically_normal().generic_string()
               : file.lexically_proximate(to_).generic_string();
  }

  fs::path from_;
  fs::path to_;
};

}  // namespace

std::string plan_text(const scenario::LoadedScenario& scenario, const fs::path& folder) {
  scenario::Scenario message = scenario.message;
  Rebase(scenario.directory, folder).apply(message);
  return scenario::to_yaml(message);
}

}  // namespace violin
