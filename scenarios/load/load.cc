#include "scenarios/load/load.h"

#include <utility>

#include "scenarios/load/decode.h"
#include "scenarios/load/readers.h"

namespace violin::scenario {

namespace {

Node read(std::string_view text, InputFormat format, const std::string& file) {
  switch (format) {
    case InputFormat::kYaml:
      return read_yaml(text, file);
    case InputFormat::kJson:
      return read_json(text, file);
    case InputFormat::kTextproto:
      break;
  }
  return read_textproto(text, file);
}

}  // namespace

LoadedScenario load_scenario(const std::filesystem::path& file) {
  const std::optional<InputFormat> format = format_of(file);
  if (!format) {
    throw ScenarioError(file.string(), {},
                        "cannot tell its format: expected a name that ends in .yaml, .yml, .json, "
                        ".textproto, .txtpb, .textpb or .pbtxt");
  }
  LoadedScenario loaded =
      parse_scenario(read_file(file), *format, file.string(), file.parent_path());
  if (loaded.message.name().empty()) {
    loaded.message.set_name(file.stem().string());
  }
  return loaded;
}

LoadedScenario parse_scenario(std::string_view text, InputFormat format, const std::string& file,
                              const std::filesystem::path& directory) {
  Decoded decoded = decode(read(checked_text(text, file), format, file), file);
  if (!decoded.errors.empty()) {
    throw ScenarioError(std::move(decoded.errors));
  }
  return {std::move(decoded.scenario), std::move(decoded.locations), file, directory};
}

}  // namespace violin::scenario
