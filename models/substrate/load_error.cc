#include "models/substrate/load_error.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace violin {
namespace {

std::string joined(const std::vector<LoadProblem>& problems) {
  std::string text;
  for (const LoadProblem& problem : problems) {
    text.append(text.empty() ? "" : "\n").append(problem.to_string());
  }
  return text;
}

// Well-formed byte sequences by their first byte: RFC 3629 section 4.
struct Utf8Row {
  unsigned first_low;
  unsigned first_high;
  std::size_t length;
  unsigned second_low;
  unsigned second_high;
};
constexpr std::array<Utf8Row, 9> kUtf8{{{0x00, 0x7f, 1, 0, 0},
                                        {0xc2, 0xdf, 2, 0x80, 0xbf},
                                        {0xe0, 0xe0, 3, 0xa0, 0xbf},
                                        {0xe1, 0xec, 3, 0x80, 0xbf},
                                        {0xed, 0xed, 3, 0x80, 0x9f},
                                        {0xee, 0xef, 3, 0x80, 0xbf},
                                        {0xf0, 0xf0, 4, 0x90, 0xbf},
                                        {0xf1, 0xf3, 4, 0x80, 0xbf},
                                        {0xf4, 0xf4, 4, 0x80, 0x8f}}};

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// Length of the character at the front, 0 if there is none.
std::size_t utf8_length(std::string_view text) {
  const auto row = std::find_if(kUtf8.begin(), kUtf8.end(), [first = byte_at(text, 0)](auto& r) {
    return first >= r.first_low && first <= r.first_high;
  });
  if (row == kUtf8.end() || text.size() < row->length) {
    return 0;
  }
  for (std::size_t i = 1; i < row->length; ++i) {
    const unsigned low = i == 1 ? row->second_low : 0x80;
    const unsigned high = i == 1 ? row->second_high : 0xbf;
    if (byte_at(text, i) < low || byte_at(text, i) > high) {
      return 0;
    }
  }
  return row->length;
}

bool eight_ascii(std::string_view text) {
  if (text.size() < 8) {
    return false;
  }
  std::uint64_t word = 0;
  std::memcpy(&word, text.data(), sizeof word);
  return (word & 0x8080'8080'8080'8080ULL) == 0;
}

// Where the text stops being UTF-8; its size if it does not.
std::size_t utf8_prefix(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::string_view rest = text.substr(at);
    const std::size_t step = eight_ascii(rest) ? 8 : utf8_length(rest);
    if (step == 0) {
      break;
    }
    at += step;
  }
  return at;
}

}  // namespace

std::string LoadProblem::to_string() const {
  std::string text = source;
  if (line > 0) {
    text.append(":").append(std::to_string(line));
    text.append(":").append(std::to_string(column));
  }
  text.append(": ").append(message);
  if (!remedy.empty()) {
    text.append(" (").append(remedy).append(")");
  }
  return text;
}

LoadError::LoadError(std::vector<LoadProblem> problems)
    : std::runtime_error(joined(problems)), problems_(std::move(problems)) {}

void LoadProblems::add(TextPlace place, std::string message, std::string remedy) {
  if (!full()) {
    problems_.push_back({source_, place.line, place.column, std::move(message), std::move(remedy)});
  }
}

void LoadProblems::throw_if_any() const {
  if (!problems_.empty()) {
    throw LoadError(problems_);
  }
}

void LoadProblems::fail(TextPlace place, std::string message, std::string remedy) {
  add(place, std::move(message), std::move(remedy));
  throw LoadError(problems_);
}

TextPlace place_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {lines + 1, before.size() - start + 1};
}

void check_source(const SourceText& source, std::size_t max_bytes) {
  LoadProblems problems(source.name);
  if (source.text.size() > max_bytes) {
    problems.fail({},
                  "has " + std::to_string(source.text.size()) + " bytes, more than the limit of " +
                      std::to_string(max_bytes),
                  "raise the limit if it is the right file");
  }
  if (source.text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    problems.fail({}, "is empty");
  }
  const std::size_t valid = utf8_prefix(source.text);
  if (valid < source.text.size()) {
    problems.fail(place_of(source.text, valid),
                  in_quotes(source.text.substr(valid, 1)) + " does not begin a UTF-8 character",
                  "convert the file to UTF-8");
  }
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kMost = 40;
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string result = "'";
  for (const char c : text.substr(0, kMost)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      result += c;
    } else {
      result += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 0xf]};
    }
  }
  return result + (text.size() > kMost ? "...'" : "'");
}

}  // namespace violin
