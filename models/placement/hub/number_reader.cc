#include "models/placement/hub/number_reader.h"

#include <string>
#include <utility>

namespace violin {
namespace {

constexpr const char* kTruncated = "is the file truncated?";

std::string shown(std::size_t low, std::size_t high) {
  return "from " + std::to_string(low) + " to " + std::to_string(high);
}

}  // namespace

NumberReader::NumberReader(const SourceText& source, std::size_t max_bytes)
    : problems_(source.name), left_(source.text.size()), lines_(source.text) {
  check_source(source, max_bytes);
}

bool NumberReader::advance() {
  while (at_ == fields_.size()) {
    const std::optional<Field> line = lines_.next();
    if (!line) {
      return false;
    }
    left_ -= std::min(left_, line->text.size() + 1);
    fields_ = words(*line);
    at_ = 0;
  }
  return true;
}

Field NumberReader::next(std::string_view what) {
  if (!advance()) {
    problems_.fail(last_, "the text ends here: expected " + std::string(what), kTruncated);
  }
  last_ = fields_[at_].place;
  return fields_[at_++];
}

double NumberReader::number(double low, double high, std::string_view what) {
  const std::optional<double> value = number_within(next(what), low, high, what, problems_);
  problems_.throw_if_any();
  return *value;
}

std::size_t NumberReader::count(std::size_t low, std::size_t high, std::string_view what) {
  const Field field = next(what);
  const std::optional<std::uint64_t> value = to_count(field.text);
  if (!value || *value < low || *value > high) {
    problems_.fail(field.place, in_quotes(field.text) + " is not " + std::string(what) +
                                    ": expected a whole number " + shown(low, high));
  }
  return *value;
}

void NumberReader::fail(TextPlace place, std::string message, std::string remedy) {
  problems_.fail(place, std::move(message), std::move(remedy));
}

void NumberReader::expect_room_for(std::size_t numbers, std::string_view what) {
  if (numbers > fields_.size() - at_ + left_ / 2 + 1) {
    problems_.fail(last_,
                   "the text is too short for " + std::to_string(numbers) + " numbers: expected " +
                       std::string(what),
                   kTruncated);
  }
}

void NumberReader::expect_end() {
  if (advance()) {
    problems_.fail(fields_[at_].place,
                   in_quotes(fields_[at_].text) + " comes after the end: expected nothing more",
                   "does the first number of the file tell its size?");
  }
}

}  // namespace violin
