#include "models/substrate/text_fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace violin {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr double kMostMilliseconds = 1e6;

Field part(const Field& line, std::size_t begin, std::size_t size) {
  return {line.text.substr(begin, size), {line.place.line, line.place.column + begin}};
}

std::string shortest(double value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

// The end of the quoted field that begins after the quote at `begin`: that of its closing quote,
// npos if there is none.
std::size_t closing_quote(std::string_view text, std::size_t begin) {
  std::size_t at = text.find('"', begin + 1);
  while (at != std::string_view::npos && at + 1 < text.size() && text[at + 1] == '"') {
    at = text.find('"', at + 2);
  }
  return at;
}

}  // namespace

std::optional<Field> Lines::next() {
  if (rest_.empty()) {
    return std::nullopt;
  }
  const std::size_t end = std::min(rest_.find('\n'), rest_.size());
  std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  return Field{line, {++number_, 1}};
}

LineIndex::LineIndex(std::string_view text) : starts_{0} {
  for (std::size_t end = text.find('\n'); end != std::string_view::npos;
       end = text.find('\n', end + 1)) {
    starts_.push_back(end + 1);
  }
}

TextPlace LineIndex::at(std::size_t offset) const {
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  return {static_cast<std::size_t>(after - starts_.begin()), offset - *(after - 1) + 1};
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

bool blank(std::string_view text) { return trimmed(text).empty(); }

std::vector<Field> words(const Field& line) {
  std::vector<Field> fields;
  std::size_t begin = line.text.find_first_not_of(kBlanks);
  while (begin != std::string_view::npos) {
    const std::size_t end = std::min(line.text.find_first_of(kBlanks, begin), line.text.size());
    fields.push_back(part(line, begin, end - begin));
    begin = line.text.find_first_not_of(kBlanks, end);
  }
  return fields;
}

std::vector<Field> split(const Field& line, char separator) {
  std::vector<Field> fields;
  std::size_t begin = 0;
  for (std::size_t end = 0; end != std::string_view::npos; begin = end + 1) {
    end = line.text.find(separator, begin);
    fields.push_back(part(line, begin, std::min(end, line.text.size()) - begin));
  }
  return fields;
}

std::optional<std::vector<Field>> split_csv(const Field& line, LoadProblems& problems) {
  std::vector<Field> fields;
  std::size_t begin = 0;
  while (true) {
    const bool is_quoted = begin < line.text.size() && line.text[begin] == '"';
    const std::size_t close = is_quoted ? closing_quote(line.text, begin) : begin;
    const std::size_t end = std::min(
        close == std::string_view::npos ? close : line.text.find(',', close), line.text.size());
    if (is_quoted && (close == std::string_view::npos || close + 1 != end)) {
      problems.add(part(line, begin, 0).place, "a quote that is not closed at the end of its field",
                   "write quotes within a field twice");
      return std::nullopt;
    }
    fields.push_back(is_quoted ? part(line, begin + 1, close - begin - 1)
                               : part(line, begin, end - begin));
    if (end == line.text.size()) {
      return fields;
    }
    begin = end + 1;
  }
}

CsvReader::CsvReader(const SourceText& source, std::span<const std::string_view> columns,
                     LoadProblems& problems)
    : problems_(problems), lines_(source.text) {
  const std::optional<Field> header = lines_.next();
  const auto names = header ? split_csv(*header, problems) : std::nullopt;
  problems.throw_if_any();
  width_ = names ? names->size() : 0;
  for (const std::string_view column : columns) {
    const auto found = std::find_if(names->begin(), names->end(), [&](const Field& name) {
      return trimmed(name.text) == column;
    });
    if (found == names->end()) {
      problems.fail(header->place, "the header has no column " + in_quotes(column),
                    "the first line names the columns");
    }
    positions_.push_back(static_cast<std::size_t>(found - names->begin()));
  }
}

std::optional<std::vector<Field>> CsvReader::next() {
  while (const std::optional<Field> line = lines_.next()) {
    if (problems_.full()) {
      return std::nullopt;
    }
    const auto fields = blank(line->text) ? std::nullopt : split_csv(*line, problems_);
    if (!fields) {
      continue;
    }
    if (fields->size() != width_) {
      problems_.add(line->place, "a row of " + std::to_string(fields->size()) +
                                     " fields, but the header has " + std::to_string(width_));
      continue;
    }
    std::vector<Field> wanted;
    wanted.reserve(positions_.size());
    for (const std::size_t position : positions_) {
      wanted.push_back((*fields)[position]);
    }
    return wanted;
  }
  return std::nullopt;
}

std::optional<double> to_number(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc{} || result.ptr != end || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::optional<std::uint64_t> to_count(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  return result.ec == std::errc{} && result.ptr == end ? std::optional(value) : std::nullopt;
}

std::optional<double> number_within(const Field& field, double low, double high,
                                    std::string_view what, LoadProblems& problems) {
  const std::optional<double> value = to_number(trimmed(field.text));
  if (!value) {
    problems.add(field.place,
                 in_quotes(field.text) + " is not a finite number: expected " + std::string(what));
    return std::nullopt;
  }
  if (*value < low || *value > high) {
    problems.add(field.place, shortest(*value) + " is out of range: expected " + std::string(what) +
                                  ", from " + shortest(low) + " to " + shortest(high));
    return std::nullopt;
  }
  return value;
}

std::optional<double> milliseconds(const Field& field, LoadProblems& problems) {
  return number_within(field, 0, kMostMilliseconds, "milliseconds", problems);
}

Duration half_of_rtt(double round_trip_ms) { return from_seconds(round_trip_ms * 0.5e-3); }

}  // namespace violin
