// Texts that are one number after the other, whatever the line breaks between them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/substrate/load_error.h"
#include "models/substrate/text_fields.h"

namespace violin {

// Each call ends the load with a LoadError if the number is not there or not as it should be.
class NumberReader {
 public:
  // Throws LoadError as check_source does.
  NumberReader(const SourceText& source, std::size_t max_bytes);

  // `what` is what was expected, in messages.
  double number(double low, double high, std::string_view what);
  std::size_t count(std::size_t low, std::size_t high, std::string_view what);
  // Where the number just read stands.
  TextPlace place() const { return last_; }
  [[noreturn]] void fail(TextPlace place, std::string message, std::string remedy = {});
  // So many more numbers cannot be there if the rest is shorter than two bytes each: says so before
  // anyone makes room for them.
  void expect_room_for(std::size_t numbers, std::string_view what);
  void expect_end();

 private:
  Field next(std::string_view what);
  bool advance();  // to a line with fields left; false at the end

  LoadProblems problems_;
  std::size_t left_;  // bytes of the lines that are not yet taken apart
  Lines lines_;
  std::vector<Field> fields_;
  std::size_t at_ = 0;
  TextPlace last_{1, 1};
};

}  // namespace violin
