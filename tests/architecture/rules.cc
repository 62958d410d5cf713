#include "tests/architecture/rules.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>

namespace violin::architecture {
namespace {

using Names = std::vector<std::string_view>;

// A folder and everything below it that no longer name claims.
struct Area {
  std::string_view folder;
  Names may_include;  // folders
  Names libraries;    // prefixes of what it includes in angle brackets; empty: any
  bool pure = false;  // reads no clock, starts no thread, opens no file
  bool operating_system = false;
  bool grpc = false;
  bool mpi = false;
};

const Names kAll{"core", "models", "datapath", "scenarios", "analysis", "bench", "tests"};
const Names kProduct{"core", "models", "datapath", "scenarios", "analysis", "scenarios/cli"};
const Names kNoLibrary{"-"};

const std::vector<Area>& areas() {
  static const std::vector<Area> kAreas{
      {.folder = "core", .may_include = {"core"}, .libraries = kNoLibrary, .pure = true},
      {.folder = "models",
       .may_include = {"core", "models"},
       .libraries = {"boost/", "Eigen/"},
       .pure = true},
      {.folder = "models/substrate",
       .may_include = {"core", "models"},
       .libraries = {"boost/", "Eigen/", "pugixml.hpp", "nlohmann/"},
       .pure = true},
      {.folder = "models/placement",
       .may_include = {"core", "models"},
       .libraries = {"boost/", "Eigen/", "fmt/", "coin/"},
       .pure = true},
      {.folder = "datapath",
       .may_include = {"core", "models", "datapath"},
       .libraries = {},
       .operating_system = true},
      {.folder = "datapath/agent",
       .may_include = {"core", "models", "datapath", "scenarios"},
       .libraries = {},
       .operating_system = true,
       .grpc = true},
      {.folder = "scenarios", .may_include = {"core", "models", "scenarios"}, .libraries = {}},
      {.folder = "scenarios/run/parallel",
       .may_include = {"core", "models", "scenarios"},
       .libraries = {},
       .mpi = true},
      {.folder = "scenarios/cli",
       .may_include = kProduct,
       .libraries = {},
       .operating_system = true},
      {.folder = "analysis",
       .may_include = {"core", "models", "scenarios", "analysis"},
       .libraries = {}},
      {.folder = "analysis/sweep",
       .may_include = {"core", "models", "scenarios", "analysis"},
       .libraries = {},
       .operating_system = true,  // rows that survive a crash are synced
       .mpi = true},
      {.folder = "bench",
       .may_include = kAll,
       .libraries = {},
       .operating_system = true,
       .grpc = true,
       .mpi = true},
      {.folder = "tests",
       .may_include = kAll,
       .libraries = {},
       .operating_system = true,
       .grpc = true,
       .mpi = true},
  };
  return kAreas;
}

bool is_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

const Area* area_of(std::string_view path) {
  const Area* best = nullptr;
  for (const Area& area : areas()) {
    if (is_below(path, area.folder) && (!best || area.folder.size() > best->folder.size())) {
      best = &area;
    }
  }
  return best;
}

const std::set<std::string_view>& standard_headers() {
  static const std::set<std::string_view> kHeaders{"algorithm",
                                                   "any",
                                                   "array",
                                                   "atomic",
                                                   "barrier",
                                                   "bit",
                                                   "bitset",
                                                   "cassert",
                                                   "cctype",
                                                   "cerrno",
                                                   "cfenv",
                                                   "cfloat",
                                                   "charconv",
                                                   "chrono",
                                                   "cinttypes",
                                                   "climits",
                                                   "clocale",
                                                   "cmath",
                                                   "codecvt",
                                                   "compare",
                                                   "complex",
                                                   "concepts",
                                                   "condition_variable",
                                                   "coroutine",
                                                   "csetjmp",
                                                   "csignal",
                                                   "cstdarg",
                                                   "cstddef",
                                                   "cstdint",
                                                   "cstdio",
                                                   "cstdlib",
                                                   "cstring",
                                                   "ctime",
                                                   "cuchar",
                                                   "cwchar",
                                                   "cwctype",
                                                   "deque",
                                                   "exception",
                                                   "execution",
                                                   "filesystem",
                                                   "format",
                                                   "forward_list",
                                                   "fstream",
                                                   "functional",
                                                   "future",
                                                   "initializer_list",
                                                   "iomanip",
                                                   "ios",
                                                   "iosfwd",
                                                   "iostream",
                                                   "istream",
                                                   "iterator",
                                                   "latch",
                                                   "limits",
                                                   "list",
                                                   "locale",
                                                   "map",
                                                   "memory",
                                                   "memory_resource",
                                                   "mutex",
                                                   "new",
                                                   "numbers",
                                                   "numeric",
                                                   "optional",
                                                   "ostream",
                                                   "queue",
                                                   "random",
                                                   "ranges",
                                                   "ratio",
                                                   "regex",
                                                   "scoped_allocator",
                                                   "semaphore",
                                                   "set",
                                                   "shared_mutex",
                                                   "source_location",
                                                   "span",
                                                   "sstream",
                                                   "stack",
                                                   "stdexcept",
                                                   "stop_token",
                                                   "streambuf",
                                                   "string",
                                                   "string_view",
                                                   "strstream",
                                                   "syncstream",
                                                   "system_error",
                                                   "thread",
                                                   "tuple",
                                                   "type_traits",
                                                   "typeindex",
                                                   "typeinfo",
                                                   "unordered_map",
                                                   "unordered_set",
                                                   "utility",
                                                   "valarray",
                                                   "variant",
                                                   "vector",
                                                   "version"};
  return kHeaders;
}

// Of the standard library, what touches the world: threads, files, terminals, signals.
const std::set<std::string_view>& impure_headers() {
  static const std::set<std::string_view> kHeaders{
      "atomic",     "barrier",      "condition_variable",
      "csignal",    "ctime",        "execution",
      "filesystem", "fstream",      "future",
      "iostream",   "latch",        "mutex",
      "semaphore",  "shared_mutex", "stop_token",
      "syncstream", "thread"};
  return kHeaders;
}

constexpr std::array kImpureWords{"system_clock", "steady_clock", "high_resolution_clock",
                                  "this_thread",  "getenv",       "random_device",
                                  "std::rand(",   "std::cout",    "std::cerr",
                                  "std::printf",  "std::fprintf", "fopen("};

bool starts_with_any(std::string_view text, const Names& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return text.starts_with(prefix); });
}

bool is_grpc(std::string_view header) {
  return starts_with_any(header, {"grpc/", "grpcpp/", "grpc++/"}) || header.ends_with(".grpc.pb.h");
}

bool is_mpi(std::string_view header) {
  return starts_with_any(header, {"mpi.h", "mpi/", "boost/mpi"});
}

// POSIX, Linux and C library headers: "unistd.h", "sys/socket.h"; not a library's own "sqlite3.h".
bool is_operating_system(std::string_view header) {
  static const Names kFolders{"sys/",  "linux/", "net/",  "netinet/", "netpacket/",
                              "arpa/", "asm/",   "bits/", "rpc/",     "scsi/"};
  static const std::set<std::string_view> kLibraries{"sqlite3.h", "zlib.h", "isa-l.h", "mpi.h"};
  const bool plain = header.find('/') == std::string_view::npos && header.ends_with(".h");
  return starts_with_any(header, kFolders) || (plain && !kLibraries.contains(header));
}

// The text with comments and the contents of string and character literals blanked, line breaks
// kept. What stands between the quotes of an #include is kept.
class Blanker {
 public:
  explicit Blanker(std::string text) : text_(std::move(text)) {}

  std::string blanked() && {
    while (at_ < text_.size()) {
      step();
    }
    return std::move(text_);
  }

 private:
  bool here(std::string_view what) const { return text_.compare(at_, what.size(), what) == 0; }

  void step() {
    if (here("//")) {
      blank_until("\n", 0);
    } else if (here("/*")) {
      blank_until("*/", 2);
    } else if (here("R\"")) {
      blank_raw_literal();
    } else if (here("#include")) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (here("\"") || is_character_literal()) {
      blank_literal(text_[at_]);
    } else {
      ++at_;
    }
  }

  // Not the separator of 1'000.
  bool is_character_literal() const {
    return here("'") && (at_ == 0 || std::isalnum(static_cast<unsigned char>(text_[at_ - 1])) == 0);
  }

  void blank_raw_literal() {
    const std::size_t open = std::min(text_.find('(', at_), text_.size());
    std::string end = text_.substr(at_ + 1, open - at_ - 1);  // the quote and its tag
    end.front() = ')';
    end.push_back('"');
    blank_until(end, end.size());
  }

  void blank_until(std::string_view end, std::size_t length) {
    const std::size_t found = text_.find(end, at_ + 1);
    const std::size_t stop = found == std::string::npos ? text_.size() : found + length;
    for (; at_ < stop; ++at_) {
      blank(at_);
    }
  }

  void blank_literal(char quote) {
    for (++at_; at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n'; ++at_) {
      if (text_[at_] == '\\') {
        blank(at_++);
      }
      blank(at_);
    }
    ++at_;
  }

  void blank(std::size_t at) {
    if (at < text_.size() && text_[at] != '\n') {
      text_[at] = ' ';
    }
  }

  std::string text_;
  std::size_t at_ = 0;
};

struct Include {
  std::string name;
  bool quoted = false;
};

std::optional<Include> include_of(std::string_view line) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t begin = line.find_first_not_of(kBlank);
  if (begin == std::string_view::npos || !line.substr(begin).starts_with("#include")) {
    return std::nullopt;
  }
  const std::size_t open = line.find_first_of("<\"");
  if (open == std::string_view::npos) {
    return std::nullopt;
  }
  const std::size_t close = line.find(line[open] == '<' ? '>' : '"', open + 1);
  return Include{.name = std::string(line.substr(open + 1, close - open - 1)),
                 .quoted = line[open] == '"'};
}

class Checker {
 public:
  Checker(const SourceFile& file, std::vector<Violation>& found)
      : file_(file), area_(area_of(file.path)), found_(found) {}

  void check() {
    if (area_ == nullptr) {
      report("lies in no folder of the design");
      return;
    }
    check_name();
    const bool header = file_.path.ends_with(".h");
    if (header && file_.text.find("#pragma once") == std::string::npos) {
      report("a header begins with #pragma once");
    }
    std::istringstream lines(Blanker(file_.text).blanked());
    for (std::string line; std::getline(lines, line);) {
      ++line_;
      if (const auto include = include_of(line)) {
        check_include(*include);
      } else {
        check_words(line, header);
      }
    }
  }

 private:
  void report(std::string what) { found_.push_back({file_.path, line_, std::move(what)}); }

  void check_name() {
    static const std::set<std::string> kVague{"util",   "utils",   "common",
                                              "helper", "helpers", "misc"};
    for (const auto& part : std::filesystem::path(file_.path)) {
      if (kVague.contains(part.stem().string())) {
        report(part.string() + " says nothing about what is in it");
      }
    }
  }

  void check_include(const Include& include) {
    if (is_grpc(include.name) && !area_->grpc) {
      report("gRPC is seen only in datapath/agent: " + include.name);
    } else if (is_mpi(include.name) && !area_->mpi) {
      report("MPI is seen only in analysis/sweep and scenarios/run/parallel: " + include.name);
    } else if (include.quoted) {
      check_quoted(include.name);
    } else if (!is_mpi(include.name)) {
      check_angled(include.name);
    }
  }

  void check_quoted(const std::string& name) {
    const Area* target = area_of(name);
    if (target == nullptr) {
      report("includes of ours begin at the root: " + name);
      return;
    }
    const bool allowed =
        is_below(name, area_->folder) ||
        std::any_of(area_->may_include.begin(), area_->may_include.end(),
                    [&](std::string_view folder) { return is_below(name, folder); });
    // Nobody looks into the composition root; its own area and the tests do.
    const bool root = target->folder == "scenarios/cli" && area_->folder != "scenarios/cli" &&
                      area_->folder != "tests" && area_->folder != "bench";
    if (!allowed || root) {
      report(std::string(area_->folder) + " may not use " + name);
    }
  }

  void check_angled(const std::string& name) {
    const bool standard = standard_headers().contains(name);
    if (standard && area_->pure && impure_headers().contains(name)) {
      report(std::string(area_->folder) + " touches no thread, file, terminal or signal: " + name);
    } else if (!standard && !area_->operating_system && is_operating_system(name)) {
      report(std::string(area_->folder) + " does not touch the operating system: " + name);
    } else if (!standard && !area_->libraries.empty() && !starts_with_any(name, area_->libraries)) {
      report(std::string(area_->folder) + " may not use the library of " + name);
    }
  }

  void check_words(const std::string& line, bool header) {
    if (header && line.find("using namespace") != std::string::npos) {
      report("no `using namespace` in a header");
    }
    if (!area_->pure) {
      return;
    }
    for (const std::string_view word : kImpureWords) {
      if (line.find(word) != std::string::npos) {
        report(std::string(area_->folder) + " asks nobody but the kernel: " + std::string(word));
      }
    }
  }

  const SourceFile& file_;
  const Area* area_;
  std::vector<Violation>& found_;
  std::size_t line_ = 0;
};

}  // namespace

std::vector<Violation> violations(std::span<const SourceFile> files) {
  std::vector<Violation> found;
  for (const SourceFile& file : files) {
    Checker(file, found).check();
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<SourceFile> read_tree(const std::string& root) {
  namespace fs = std::filesystem;
  static const std::set<std::string> kExtensions{".h", ".hpp", ".cc", ".cpp", ".c", ".proto"};
  std::vector<SourceFile> files;
  for (fs::recursive_directory_iterator it(root), end; it != end; ++it) {
    const std::string name = it->path().filename().string();
    const bool at_root = it.depth() == 0;
    if (it->is_directory() &&
        (name.starts_with('.') || (at_root && (name == "build" || name == "out")))) {
      it.disable_recursion_pending();
    } else if (it->is_regular_file() && kExtensions.contains(it->path().extension().string())) {
      std::ifstream in(it->path(), std::ios::binary);
      files.push_back({.path = fs::relative(it->path(), root).generic_string(),
                       .text = {std::istreambuf_iterator<char>(in), {}}});
    }
  }
  return files;
}

}  // namespace violin::architecture
