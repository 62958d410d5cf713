// Which folder may use what, checked on the text of the sources: the tree's folders, who includes
// whom, where the operating system, gRPC and MPI are seen, and the rules for headers.
// Source: README.md, "Folders and who may use whom".
#pragma once

#include <compare>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace violin::architecture {

// `path` is relative to the root of the tree, with '/'.
struct SourceFile {
  std::string path;
  std::string text;
};

struct Violation {
  std::string path;
  std::size_t line = 0;  // from 1; 0 speaks of the whole file
  std::string what;
  auto operator<=>(const Violation&) const = default;
};

// Ordered by path and line. Comments and strings are not looked into.
std::vector<Violation> violations(std::span<const SourceFile> files);

// Every C++ and Protobuf source below `root`, apart from build trees and hidden folders.
// Throws std::filesystem::filesystem_error if the tree cannot be read.
std::vector<SourceFile> read_tree(const std::string& root);

}  // namespace violin::architecture
