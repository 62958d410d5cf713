// What a loader says about a file that it cannot use.
#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace violin {

// A file's contents and the name under which errors tell of it.
struct SourceText {
  std::string name;
  std::string_view text;
};

// Counted from 1, columns in bytes; 0:0 is the file as a whole.
struct TextPlace {
  std::size_t line = 0;
  std::size_t column = 0;
  auto operator<=>(const TextPlace&) const = default;
};

// Of the byte at `offset`, or of the end.
TextPlace place_of(std::string_view text, std::size_t offset);

struct LoadProblem {
  std::string source;
  std::size_t line = 0;  // as in TextPlace
  std::size_t column = 0;
  std::string message;  // what was found and what was expected
  std::string remedy;   // what to do about it; may be empty

  // "file:3:17: message (remedy)"
  std::string to_string() const;
};

// All problems of a load, at most LoadProblems::kMost, in order of discovery: for one file, from
// its begin to its end.
class LoadError : public std::runtime_error {
 public:
  explicit LoadError(std::vector<LoadProblem> problems);
  std::span<const LoadProblem> problems() const { return problems_; }

 private:
  std::vector<LoadProblem> problems_;
};

// Largest text that a loader takes unless told otherwise.
inline constexpr std::size_t kMaxSourceBytes = std::size_t{256} << 20;

// Collects problems while a loader goes on reading.
class LoadProblems {
 public:
  static constexpr std::size_t kMost = 20;

  explicit LoadProblems(std::string source) : source_(std::move(source)) {}
  // Beyond kMost problems are not kept.
  void add(TextPlace place, std::string message, std::string remedy = {});
  bool full() const { return problems_.size() >= kMost; }
  // Throws LoadError if there are any.
  void throw_if_any() const;
  [[noreturn]] void fail(TextPlace place, std::string message, std::string remedy = {});

 private:
  std::string source_;
  std::vector<LoadProblem> problems_;
};

// Throws LoadError if the text is larger than `max_bytes`, has nothing but blanks, or is not UTF-8
// (RFC 3629).
void check_source(const SourceText& source, std::size_t max_bytes);

// For messages: in quotes, shortened to 40 bytes, what is not printable ASCII as \xNN.
std::string in_quotes(std::string_view text);

}  // namespace violin
