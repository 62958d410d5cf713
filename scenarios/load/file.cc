#include "scenarios/load/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "scenarios/load/diagnostic.h"

namespace violin::scenario {

namespace {

constexpr std::array<std::pair<std::string_view, InputFormat>, 7> kExtensions = {
    {{".yaml", InputFormat::kYaml},
     {".yml", InputFormat::kYaml},
     {".json", InputFormat::kJson},
     {".textproto", InputFormat::kTextproto},
     {".txtpb", InputFormat::kTextproto},
     {".textpb", InputFormat::kTextproto},
     {".pbtxt", InputFormat::kTextproto}}};

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& message) {
  throw ScenarioError(file.string(), {}, message);
}

[[noreturn]] void fail_too_large(const std::filesystem::path& file) {
  fail(file, fmt::format("larger than {} MiB, which no scenario is; vhost_groups describe many "
                         "vHosts in a few lines",
                         kLargestFile >> 20));
}

Place place_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto lines = static_cast<std::uint32_t>(std::ranges::count(before, '\n'));
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 == 0
  return {lines + 1, static_cast<std::uint32_t>(offset - line_start + 1)};
}

// Bytes of the sequence that `lead` begins and the range of its second byte (RFC 3629 section 4).
struct Sequence {
  std::size_t length;
  unsigned char second_least;
  unsigned char second_most;
};

Sequence sequence_of(unsigned char lead) {
  if (lead < 0x80) return {1, 0, 0};
  if (lead < 0xc2) return {0, 0, 0};
  if (lead < 0xe0) return {2, 0x80, 0xbf};
  if (lead == 0xe0) return {3, 0xa0, 0xbf};
  if (lead == 0xed) return {3, 0x80, 0x9f};
  if (lead < 0xf0) return {3, 0x80, 0xbf};
  if (lead == 0xf0) return {4, 0x90, 0xbf};
  if (lead < 0xf4) return {4, 0x80, 0xbf};
  if (lead == 0xf4) return {4, 0x80, 0x8f};
  return {0, 0, 0};
}

// The length of the valid character at `offset`, 0 if there is none.
std::size_t character_at(std::string_view text, std::size_t offset) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[offset + i]); };
  const Sequence sequence = sequence_of(byte(0));
  if (offset + sequence.length > text.size()) {
    return 0;
  }
  for (std::size_t i = 1; i < sequence.length; ++i) {
    const bool ok = i == 1 ? byte(1) >= sequence.second_least && byte(1) <= sequence.second_most
                           : (byte(i) & 0xc0) == 0x80;
    if (!ok) {
      return 0;
    }
  }
  return sequence.length;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
}

}  // namespace

std::optional<InputFormat> format_of(const std::filesystem::path& file) {
  const std::string extension = file.extension().string();
  for (const auto& [known, format] : kExtensions) {
    if (extension == known) {
      return format;
    }
  }
  return std::nullopt;
}

std::string read_file(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) {
    fail(file, "is a directory, not a scenario file");
  }
  if (std::filesystem::is_regular_file(file, error) &&
      std::filesystem::file_size(file, error) > kLargestFile) {
    fail_too_large(file);
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    fail(file, fmt::format("cannot be read: {}", std::strerror(errno)));
  }
  std::string text;
  std::array<char, 1 << 16> block;
  while (stream.read(block.data(), block.size()) || stream.gcount() > 0) {
    text.append(block.data(), static_cast<std::size_t>(stream.gcount()));
    if (text.size() > kLargestFile) {
      fail_too_large(file);
    }
  }
  if (stream.bad()) {
    fail(file, fmt::format("cannot be read to its end: {}", std::strerror(errno)));
  }
  return text;
}

std::size_t find_invalid_utf8(std::string_view text) {
  for (std::size_t offset = 0; offset < text.size();) {
    const std::size_t length = character_at(text, offset);
    if (length == 0) {
      return offset;
    }
    offset += length;
  }
  return std::string_view::npos;
}

std::string_view checked_text(std::string_view text, const std::string& file) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  const std::size_t bad = find_invalid_utf8(text);
  if (bad != std::string_view::npos) {
    throw ScenarioError(file, place_of(text, bad),
                        fmt::format("byte 0x{:02x} is not UTF-8; save the file as UTF-8",
                                    static_cast<unsigned char>(text[bad])));
  }
  if (const auto control = std::ranges::find_if(text, is_control); control != text.end()) {
    const auto offset = static_cast<std::size_t>(control - text.begin());
    throw ScenarioError(file, place_of(text, offset),
                        fmt::format("control character 0x{:02x}; is this a text file?",
                                    static_cast<unsigned char>(*control)));
  }
  return text;
}

}  // namespace violin::scenario
