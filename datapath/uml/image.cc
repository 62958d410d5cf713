#include "datapath/uml/image.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "datapath/uml/run_program.h"

namespace violin::uml {

namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

fs::path beside(const fs::path& file, const char* suffix) {
  fs::path other = file;
  return other += suffix;
}

// debootstrap mounts /proc in its tree and may have been killed before it took it away.
void refuse_mounts_below(const fs::path& tree) {
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream words(line);
    std::string ignored;
    std::string where;
    words >> ignored >> ignored >> ignored >> ignored >> where;
    if (where.starts_with(tree.string() + "/")) {
      throw std::runtime_error(fmt::format(
          "cannot remove {}: something is mounted at {}: umount {}", tree.string(), where, where));
    }
  }
}

void remove_tree(const fs::path& tree) {
  if (fs::exists(fs::symlink_status(tree))) {
    refuse_mounts_below(fs::canonical(tree));
    fs::remove_all(tree);
  }
}

// What an image's making leaves, whatever becomes of it.
class Workplace {
 public:
  explicit Workplace(const fs::path& file)
      : tree(beside(file, ".tree")), part(beside(file, ".part")), owners(beside(file, ".owners")) {
    clear();
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  ~Workplace() {
    try {
      clear();
    } catch (const std::exception&) {
      // The next that makes this image will say it.
    }
  }

  const fs::path tree;
  const fs::path part;
  const fs::path owners;  // whose files fakeroot pretends they are

 private:
  void clear() const {
    remove_tree(tree);
    fs::remove(part);
    fs::remove(owners);
  }
};

// As it is, or in an environment where an ordinary user seems to be root.
void run_as_root(Words argv, const std::string& package, const Workplace& workplace,
                 const OnLine& on_line = {}) {
  if (::geteuid() == 0) {
    run_program(argv, package, on_line);
    return;
  }
  const std::string program = find_program(argv.front());
  if (program.empty()) {
    throw std::runtime_error("there is no " + argv.front() + ": apt-get install " + package);
  }
  Words wrapped{"fakeroot", "-s", workplace.owners.string()};
  if (fs::exists(workplace.owners)) {
    wrapped.insert(wrapped.end(), {"-i", workplace.owners.string()});
  }
  argv.front() = program;
  wrapped.insert(wrapped.end(), argv.begin(), argv.end());
  run_program(wrapped, "fakeroot", on_line);
}

void bootstrap(const ImageSpec& spec, const Workplace& workplace, const OnLine& on_line) {
  Words argv{"debootstrap",
             "--variant=minbase",
             fmt::format("--include={}", fmt::join(spec.packages, ",")),
             spec.suite,
             workplace.tree.string(),
             spec.mirror};
  if (::geteuid() != 0) {
    if (find_program("fakechroot").empty()) {
      throw std::runtime_error(
          "an image is made as root, or with fakeroot and fakechroot: apt-get install fakechroot");
    }
    argv[1] = "--variant=fakechroot";
    argv.insert(argv.begin(), "fakechroot");
  }
  run_as_root(argv, "debootstrap", workplace, on_line);
}

void write(const fs::path& file, std::string_view text) {
  std::ofstream out(file, std::ios::binary);
  if (!(out << text << std::flush)) {
    throw std::runtime_error("cannot write " + file.string());
  }
}

// A guest has one disk and no boot loader, and packages that were unpacked are not needed again.
void finish(const fs::path& tree) {
  write(tree / "etc/fstab", "/dev/ubda / ext4 defaults 0 1\n");
  std::error_code ignored;
  for (const char* directory : {"var/cache/apt/archives", "var/lib/apt/lists"}) {
    for (const auto& entry : fs::directory_iterator(tree / directory, ignored)) {
      if (entry.is_regular_file()) {
        fs::remove(entry.path(), ignored);
      }
    }
  }
}

Words mkfs(const fs::path& tree, const fs::path& file, Bytes size) {
  return {"mkfs.ext4",   "-q",          "-F",
          "-L",          "violin",      "-d",
          tree.string(), file.string(), fmt::format("{}k", size.value / 1024)};
}

}  // namespace

fs::path default_image() {
  const char* data = std::getenv("XDG_DATA_HOME");
  if (data != nullptr && *data == '/') {
    return fs::path(data) / "violin/guest.ext4";
  }
  const char* home = std::getenv("HOME");
  return fs::path(home != nullptr ? home : "/") / ".local/share/violin/guest.ext4";
}

void build_image(const ImageSpec& spec, const std::function<void(std::string_view)>& say) {
  const fs::path file = fs::absolute(spec.file);
  fs::create_directories(file.parent_path());
  const Workplace workplace(file);
  say(fmt::format("unpacking Debian {} from {}", spec.suite, spec.mirror));
  bootstrap(spec, workplace, say);
  finish(workplace.tree);
  say(fmt::format("making the file system {}", file.string()));
  run_as_root(mkfs(workplace.tree, workplace.part, spec.size), "e2fsprogs", workplace);
  fs::rename(workplace.part, file);
}

void make_ext4(const fs::path& tree, const fs::path& file, Bytes size) {
  run_program(mkfs(tree, file, size), "e2fsprogs");
}

}  // namespace violin::uml
