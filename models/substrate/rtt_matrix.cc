#include "models/substrate/rtt_matrix.h"

#include <optional>
#include <stdexcept>

#include "models/substrate/text_fields.h"

namespace violin {
namespace {

constexpr std::string_view kBlanks = " \r";
constexpr std::string_view kEnds = " \t,\r";

// The numbers of a line, one after the other.
class RowCursor {
 public:
  explicit RowCursor(const Field& line) : line_(line) { skip_blanks(); }

  std::size_t column() const { return line_.place.column + at_; }

  // nullopt at the end; empty text between two separators.
  std::optional<Field> next() {
    if (at_ == line_.text.size()) {
      return std::nullopt;
    }
    const std::size_t end = std::min(line_.text.find_first_of(kEnds, at_), line_.text.size());
    const Field field{line_.text.substr(at_, end - at_), {line_.place.line, column()}};
    at_ = end;
    skip_blanks();
    if (at_ < line_.text.size() && (line_.text[at_] == '\t' || line_.text[at_] == ',')) {
      ++at_;
      skip_blanks();
    }
    return field;
  }

 private:
  void skip_blanks() {
    at_ = std::min(line_.text.find_first_not_of(kBlanks, at_), line_.text.size());
  }

  Field line_;
  std::size_t at_ = 0;
};

class MatrixReader {
 public:
  explicit MatrixReader(const SourceText& source) : source_(source), problems_(source.name) {}

  DelayMatrix read() {
    Lines lines(source_.text.substr(0, source_.text.find_last_not_of(" \t\r\n") + 1));
    while (const std::optional<Field> line = lines.next()) {
      read_row(*line);
      if (problems_.full()) {
        break;
      }
    }
    problems_.throw_if_any();
    if (rows_ != columns_) {
      problems_.fail({std::min(rows_, columns_) + 1, 1},
                     "the matrix is not square: " + std::to_string(rows_) + " lines of " +
                         std::to_string(columns_) + " numbers",
                     rows_ < columns_ ? "is the file truncated?" : "one line per host");
    }
    return DelayMatrix::from_cells(columns_, std::move(cells_));
  }

 private:
  void read_row(const Field& line) {
    RowCursor cursor(line);
    std::size_t column = 0;
    while (const std::optional<Field> field = cursor.next()) {
      if (rows_ > 0 && column == columns_) {
        problems_.add(field->place,
                      "a number too many: the first line has " + std::to_string(columns_));
        ++rows_;
        return;
      }
      read_cell(*field, column++);
    }
    if (rows_ == 0) {
      if (column == 0) {
        problems_.fail(line.place, "a blank line: expected the RTTs of the first host");
      }
      columns_ = column;
      reserve();
    } else if (column < columns_) {
      problems_.add({line.place.line, cursor.column()},
                    "the line ends after " + std::to_string(column) +
                        " numbers, but the first has " + std::to_string(columns_),
                    "is the file truncated?");
    }
    ++rows_;
  }

  void read_cell(const Field& field, std::size_t column) {
    const std::optional<double> rtt = milliseconds(field, problems_);
    if (!rtt) {
      return;
    }
    if (*rtt == 0 && column != rows_) {
      problems_.add(field.place,
                    "an RTT of 0 between two different hosts, which means that it was "
                    "not measured",
                    "leave one of the two hosts out, or put a value in");
    } else if (*rtt != 0 && column == rows_) {
      problems_.add(field.place, in_quotes(field.text) +
                                     " on the diagonal: expected 0, the RTT of a "
                                     "host to itself");
    } else {
      cells_.push_back(DelayMatrix::to_cell(half_of_rtt(*rtt)));
    }
  }

  // As much as the matrix needs, but no more than so long a text can hold: a number takes at least
  // two bytes.
  void reserve() {
    const std::size_t most = source_.text.size() / 2 + 1;
    cells_.reserve(columns_ > most / columns_ ? most : columns_ * columns_);
  }

  const SourceText& source_;
  LoadProblems problems_;
  std::vector<DelayMatrix::Cell> cells_;
  std::size_t columns_ = 0;
  std::size_t rows_ = 0;
};

std::vector<OverlayHost> hosts_named(std::vector<std::string> names, std::size_t count,
                                     LoadProblems& problems) {
  if (!names.empty() && names.size() != count) {
    problems.fail({}, "has " + std::to_string(count) + " hosts, but " +
                          std::to_string(names.size()) + " names are given");
  }
  std::vector<OverlayHost> hosts(count);
  for (std::size_t i = 0; i < count; ++i) {
    hosts[i].name = names.empty() ? "node" + std::to_string(i) : std::move(names[i]);
  }
  return hosts;
}

}  // namespace

DelayMatrix load_rtt_delays(const SourceText& source, std::size_t max_bytes) {
  check_source(source, max_bytes);
  return MatrixReader(source).read();
}

Substrate load_rtt_matrix(const SourceText& source, const RttMatrixOptions& options) {
  DelayMatrix delays = load_rtt_delays(source, options.max_bytes);
  LoadProblems problems(source.name);
  std::vector<OverlayHost> hosts = hosts_named(options.names, delays.size(), problems);
  try {
    return Substrate(std::move(hosts), MeasuredPaths(std::move(delays)));
  } catch (const std::invalid_argument& error) {
    problems.fail({}, error.what(), "give every host a name of its own");
  }
}

}  // namespace violin
