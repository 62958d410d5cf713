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

// Lines and columns count from 1, columns in bytes; 0 where the problem is the whole file's.
struct LoadProblem {
  std::string source;
  std::size_t line = 0;
  std::size_t column = 0;
  std::string message;  // what was found and what was expected
  std::string remedy;   // what to do about it; may be empty

  // "file:3:17: message (remedy)"
  std::string to_string() const;
};

// All problems of a load, in order of place, the first LoadProblems::kMost of them.
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
  void add(std::size_t line, std::size_t column, std::string message, std::string remedy = {});
  bool empty() const { return problems_.empty(); }
  // Nothing beyond this would be told: a loader may stop.
  bool full() const { return problems_.size() >= kMost; }
  // Throws LoadError if there are any.
  void throw_if_any() const;
  [[noreturn]] void fail(std::size_t line, std::size_t column, std::string message,
                         std::string remedy = {});

 private:
  std::string source_;
  std::vector<LoadProblem> problems_;
};

// Throws LoadError if the text is larger than `max_bytes`, empty, or not UTF-8 (RFC 3629).
void check_source(const SourceText& source, std::size_t max_bytes);

}  // namespace violin
