// Lines, fields and numbers of text formats, each with its place. Views into the text.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "models/substrate/load_error.h"

namespace violin {

struct Field {
  std::string_view text;
  TextPlace place;
};

// One after the other, without their ends (LF or CR LF). A last line without an end counts.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  // nullopt after the last.
  std::optional<Field> next();

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

// Tells the place of any offset in logarithmic time.
class LineIndex {
 public:
  explicit LineIndex(std::string_view text);
  TextPlace at(std::size_t offset) const;

 private:
  std::vector<std::size_t> starts_;
};

std::string_view trimmed(std::string_view text);  // of blanks, tabs and CR at both ends
bool blank(std::string_view text);

// Fields that blanks or tabs separate, however many.
std::vector<Field> words(const Field& line);
// Fields that each `separator` separates, as they are.
std::vector<Field> split(const Field& line, char separator);
// Those of a line of RFC 4180, without their quotes; doubled quotes stay doubled, and quoted line
// breaks are not supported. Tells of a bad quote and returns nullopt.
std::optional<std::vector<Field>> split_csv(const Field& line, LoadProblems& problems);

// A CSV text with a header line, read row by row. Columns are found by name.
class CsvReader {
 public:
  // Throws LoadError if a column is missing from the header.
  CsvReader(const SourceText& source, std::span<const std::string_view> columns,
            LoadProblems& problems);
  // The wanted fields of the next row, in the order in which they were asked for. Tells of rows
  // whose number of fields is not the header's, and skips them and blank ones.
  std::optional<std::vector<Field>> next();

 private:
  LoadProblems& problems_;
  Lines lines_;
  std::vector<std::size_t> positions_;
  std::size_t width_ = 0;
};

// The whole text as a finite decimal number.
std::optional<double> to_number(std::string_view text);
// Likewise as a whole number.
std::optional<std::uint64_t> to_count(std::string_view text);

// These tell of what is wrong and return nullopt.
// A number from 0 to 10^6, in milliseconds.
std::optional<double> milliseconds(const Field& field, LoadProblems& problems);
// A finite number in [low, high].
std::optional<double> number_within(const Field& field, double low, double high,
                                    std::string_view what, LoadProblems& problems);

// One way, of a round trip of so many milliseconds.
Duration half_of_rtt(double round_trip_ms);

}  // namespace violin
