#include "scenarios/load/names.h"

#include <algorithm>
#include <charconv>

namespace violin::scenario {

namespace {

constexpr std::size_t kLongestName = 64;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

}  // namespace

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName && std::ranges::all_of(text, is_name_char);
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) {
    return text.empty();
  }
  if (pattern[0] == '*') {
    return matches_pattern(pattern.substr(1), text) ||
           (!text.empty() && matches_pattern(pattern, text.substr(1)));
  }
  return !text.empty() && pattern[0] == text[0] &&
         matches_pattern(pattern.substr(1), text.substr(1));
}

std::optional<Reference> parse_reference(std::string_view text) {
  Reference reference;
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    reference.violin = text.substr(0, slash);
    text.remove_prefix(slash + 1);
    if (!is_name(reference.violin)) {
      return std::nullopt;
    }
  }
  if (const std::size_t dot = text.find('.'); dot != std::string_view::npos) {
    reference.nic = text.substr(dot + 1);
    text.remove_suffix(text.size() - dot);
    if (!is_name(reference.nic)) {
      return std::nullopt;
    }
  }
  reference.entity = text;
  return is_name(text) ? std::optional(reference) : std::nullopt;
}

std::string to_string(const Reference& reference) {
  return (reference.violin.empty() ? "" : reference.violin + "/") + reference.entity +
         (reference.nic.empty() ? "" : "." + reference.nic);
}

std::string nic_name(const Nic& nic, int position) {
  return nic.name().empty() ? "eth" + std::to_string(position) : nic.name();
}

std::optional<std::uint32_t> group_member(const VHostGroup& group, std::string_view name) {
  if (!name.starts_with(group.name())) {
    return std::nullopt;
  }
  name.remove_prefix(group.name().size());
  std::uint32_t index = 0;
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data(), end, index);
  if (error != std::errc() || stop != end || name.front() == '0' || index > group.count()) {
    return std::nullopt;
  }
  return index;
}

}  // namespace violin::scenario
