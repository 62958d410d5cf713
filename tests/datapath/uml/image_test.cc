#include "datapath/uml/image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>

#include "datapath/uml/run_program.h"

namespace violin::uml {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "none";
}

class ImageTest : public ::testing::Test {
 public:
  ~ImageTest() override {
    ::setenv("PATH", path_.c_str(), 1);
    fs::remove_all(base_);
  }

 protected:
  ImageTest() { fs::create_directories(base_ / "bin"); }

  // A program of this name that comes before the system's.
  void fake(const std::string& name, const std::string& script) {
    std::ofstream(base_ / "bin" / name) << "#!/bin/sh\n" << script;
    fs::permissions(base_ / "bin" / name, fs::perms::owner_all);
    ::setenv("PATH", ((base_ / "bin").string() + ":" + path_).c_str(), 1);
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(base_ / "images")) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  const std::string path_ = std::getenv("PATH");
  const fs::path base_ =
      fs::temp_directory_path() / ("violin-image-test-" + std::to_string(::getpid()));
  ImageSpec spec_{.file = base_ / "images" / "guest.ext4"};
};

// debootstrap itself needs a network; here it stands for any program that fills a tree.
TEST_F(ImageTest, HoldsWhatWasUnpackedAndNothingElseIsLeft) {
  if (find_program("mkfs.ext4").empty() || find_program("debugfs").empty()) {
    GTEST_SKIP() << "there is no mkfs.ext4 or debugfs: apt-get install e2fsprogs";
  }
  if (::geteuid() != 0) {
    GTEST_SKIP() << "without root it takes fakeroot, fakechroot and the real debootstrap";
  }
  spec_.size = Bytes{16 << 20};
  fake("debootstrap",
       "for tree; do case $tree in *.tree) break;; esac; done\n"
       "mkdir -p $tree/etc $tree/var/cache/apt/archives\n"
       "echo \"$@\" > $tree/etc/arguments; echo x > $tree/var/cache/apt/archives/a.deb\n"
       "echo I: unpacked\n");
  std::vector<std::string> said;
  build_image(spec_, [&](std::string_view line) { said.emplace_back(line); });
  EXPECT_THAT(said, ::testing::Contains("I: unpacked"));
  EXPECT_THAT(files(), ElementsAre("guest.ext4"));
  EXPECT_EQ(fs::file_size(spec_.file), 16U << 20);
  std::string shown;
  const auto look = [&](const std::string& request) {
    shown.clear();
    run_program({"debugfs", "-R", request, spec_.file.string()}, "e2fsprogs",
                [&](std::string_view line) { shown += std::string(line) + "\n"; });
    return shown;
  };
  EXPECT_THAT(look("cat /etc/arguments"), HasSubstr("bookworm"));
  EXPECT_THAT(look("cat /etc/arguments"), HasSubstr("frr,iproute2,iperf3,smcroute"));
  EXPECT_THAT(look("cat /etc/fstab"), HasSubstr("/dev/ubda / ext4"));
  EXPECT_THAT(look("ls /var/cache/apt/archives"), ::testing::Not(HasSubstr("a.deb")));
}

TEST_F(ImageTest, AFailureTellsWhyAndLeavesTheOldImage) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "without root it takes fakeroot, fakechroot and the real debootstrap";
  }
  fs::create_directories(base_ / "images");
  std::ofstream(spec_.file) << "old";
  fake("debootstrap",
       "mkdir -p '" + spec_.file.string() + ".tree'; echo E: no such mirror; exit 1\n");
  EXPECT_THAT(error_of([&] { build_image(spec_, [](std::string_view) {}); }),
              HasSubstr("E: no such mirror"));
  EXPECT_THAT(files(), ElementsAre("guest.ext4"));
  std::ifstream old(spec_.file);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(old), {}), "old");
}

TEST_F(ImageTest, AMissingProgramNamesItsPackage) {
  EXPECT_THAT(error_of([] { run_program({"no-such-program"}, "its-package"); }),
              HasSubstr("apt-get install its-package"));
}

TEST_F(ImageTest, ItsDefaultPlaceFollowsTheUsersDirectories) {
  // XDG Base Directory Specification: relative paths are to be ignored.
  ::setenv("XDG_DATA_HOME", "/data", 1);
  EXPECT_EQ(default_image(), "/data/violin/guest.ext4");
  ::setenv("XDG_DATA_HOME", "relative", 1);
  ::setenv("HOME", "/home/someone", 1);
  EXPECT_EQ(default_image(), "/home/someone/.local/share/violin/guest.ext4");
}

}  // namespace
}  // namespace violin::uml
