// A scenario file's text, checked so far that every reader can take it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace violin::scenario {

inline constexpr std::uint64_t kLargestFile = 64ULL << 20;

enum class InputFormat : std::uint8_t { kYaml, kJson, kTextproto };

// By the extension: .yaml .yml; .json; .textproto .txtpb .textpb .pbtxt.
std::optional<InputFormat> format_of(const std::filesystem::path& file);

// The file's bytes. Throws ScenarioError if it cannot be read or is larger than kLargestFile (told
// by its size, before anything is read).
std::string read_file(const std::filesystem::path& file);

// `text` without a UTF-8 byte order mark. Throws ScenarioError at the first byte that is not UTF-8
// (RFC 3629: no surrogates, no overlong forms) and at control characters other than tab, line feed
// and carriage return.
std::string_view checked_text(std::string_view text, const std::string& file);

// Where the first such byte is; npos if there is none.
std::size_t find_invalid_utf8(std::string_view text);

}  // namespace violin::scenario
