#include "datapath/agent/run_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

namespace violin {

namespace {

constexpr std::size_t kLongestName = 40;

bool is_own_directory(const std::filesystem::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
         status.st_uid == ::geteuid();
}

std::filesystem::path parent() {
  if (const char* runtime = std::getenv("XDG_RUNTIME_DIR"); runtime != nullptr && *runtime == '/') {
    return std::filesystem::path(runtime) / "violin";
  }
  const std::string user = std::to_string(::geteuid());
  const std::filesystem::path usual = "/run/user/" + user;
  return is_own_directory(usual) ? usual / "violin" : std::filesystem::path("/tmp/violin-" + user);
}

void make_private(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    throw std::system_error(errno, std::generic_category(),
                            "cannot make '" + path.string() +
                                "' (XDG_RUNTIME_DIR names the folder for running networks)");
  }
  if (!is_own_directory(path)) {
    throw std::runtime_error("'" + path.string() +
                             "' is not a folder of this user: remove it, or set XDG_RUNTIME_DIR");
  }
}

}  // namespace

std::filesystem::path RunDirectory::base() {
  std::filesystem::path path = parent();
  make_private(path);
  return path;
}

std::vector<std::string> RunDirectory::names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(base())) {
    if (entry.is_directory()) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::ranges::sort(names);
  return names;
}

RunDirectory::RunDirectory(const std::string& name) : name_(name) {
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
  };
  if (name.empty() || name.size() > kLongestName || name.front() == '.' ||
      !std::ranges::all_of(name, allowed)) {
    throw std::invalid_argument("'" + name +
                                "' is no name for a running network: letters, digits, '-', '_' and "
                                "'.', at most 40");
  }
  path_ = base() / name;
}

void RunDirectory::create() const {
  if (::mkdir(path_.c_str(), 0700) == 0) {
    return;
  }
  if (errno == EEXIST) {
    throw std::runtime_error("a network '" + name_ +
                             "' is there already: choose another --name, or end it with `violin "
                             "down " +
                             name_ + "`");
  }
  throw std::system_error(errno, std::generic_category(), "cannot make '" + path_.string() + "'");
}

bool RunDirectory::exists() const { return is_own_directory(path_); }

void RunDirectory::remove() const { std::filesystem::remove_all(path_); }

}  // namespace violin
