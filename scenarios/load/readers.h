// The three input formats: text in, a tree with places out. What is not well-formed throws
// ScenarioError with the place; nothing else is checked here. `text` is valid UTF-8 without NUL
// (see file.h), `file` is only for messages.
#pragma once

#include <string>
#include <string_view>

#include "scenarios/load/document.h"

namespace violin::scenario {

// One document of YAML 1.2 as yaml-cpp reads it. Aliases are expanded; tags and merge keys ("<<")
// are not supported.
Node read_yaml(std::string_view text, const std::string& file);

// RFC 8259, strictly: no comments, no trailing commas.
Node read_json(std::string_view text, const std::string& file);

// Protobuf text format (https://protobuf.dev/reference/protobuf/textformat-spec/) without
// extensions and Any.
Node read_textproto(std::string_view text, const std::string& file);

}  // namespace violin::scenario
