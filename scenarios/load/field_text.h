// What the text of a field must look like, by the schema's options.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>

namespace violin::scenario {

// What is wrong with `text` as the value of this string field; empty if nothing is.
std::string problem_with_text(const google::protobuf::FieldDescriptor& field,
                              std::string_view text);

// "a time with its unit, such as 10ms", "a whole number", "one of: cubic, newreno", "a list", ...
std::string expectation_of(const google::protobuf::FieldDescriptor& field);

// Enumerators as scenarios have them: lower case.
std::string lower_case(std::string_view text);

// The field's least and most; empty if `value` is within them.
std::string problem_with_bounds(const google::protobuf::FieldDescriptor& field, double value,
                                std::string_view text);

}  // namespace violin::scenario
