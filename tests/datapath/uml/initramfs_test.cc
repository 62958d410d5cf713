#include "datapath/uml/initramfs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace violin::uml {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Busybox's cpio is the judge.
class CpioTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::access("/bin/busybox", X_OK) != 0) {
      GTEST_SKIP() << "there is no busybox: apt-get install busybox-static";
    }
    fs::create_directories(base_ / "tree");
  }
  void TearDown() override { fs::remove_all(base_); }

  void extract(const std::string& archive) {
    std::ofstream(base_ / "archive", std::ios::binary) << archive;
    const std::string command =
        "cd '" + (base_ / "tree").string() + "' && /bin/busybox cpio -i -F ../archive 2>../errors";
    ASSERT_EQ(std::system(command.c_str()), 0) << read(base_ / "errors");
  }

  const fs::path base_ =
      fs::temp_directory_path() / ("violin-cpio-test-" + std::to_string(::getpid()));
};

TEST_F(CpioTest, FilesComeOutAsTheyWent) {
  CpioArchive archive;
  archive.add_directory("d", 0750);
  const std::string odd(1001, '\xee');
  for (std::size_t size = 0; size < 6; ++size) {
    archive.add_file("d/" + std::string(size + 1, 'f'), odd.substr(0, size));
  }
  archive.add_file("d/program", odd, 0755);
  archive.add_link("d/link", "program");
  extract(std::move(archive).finish());
  for (std::size_t size = 0; size < 6; ++size) {
    EXPECT_EQ(read(base_ / "tree/d" / std::string(size + 1, 'f')), odd.substr(0, size));
  }
  EXPECT_EQ(read(base_ / "tree/d/link"), odd);
  EXPECT_EQ(fs::read_symlink(base_ / "tree/d/link"), "program");
  EXPECT_EQ(fs::status(base_ / "tree/d").permissions(), fs::perms(0750));
  EXPECT_EQ(fs::status(base_ / "tree/d/program").permissions(), fs::perms(0755));
}

TEST_F(CpioTest, TheRootOfBusyboxHoldsBothPrograms) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can extract the console's device";
  }
  extract(busybox_initramfs());
  EXPECT_EQ(read(base_ / "tree/init"), guest_program());
  EXPECT_EQ(read(base_ / "tree/bin/busybox"), read("/bin/busybox"));
  EXPECT_EQ(fs::read_symlink(base_ / "tree/bin/sh"), "/bin/busybox");
  struct stat console {};
  ASSERT_EQ(::stat((base_ / "tree/dev/console").c_str(), &console), 0);
  EXPECT_TRUE(S_ISCHR(console.st_mode));
  EXPECT_EQ(console.st_rdev, makedev(5, 1));
}

// A guest has no libraries to load.
TEST(GuestProgram, IsStatic) {
  EXPECT_EQ(guest_program().substr(0, 4), "\177ELF");
  EXPECT_EQ(guest_program().find("/lib64/ld-linux"), std::string_view::npos);
}

TEST(MemoryFile, HoldsItsContent) {
  const std::string content(3'000'000, 'x');
  const FileDescriptor file = memory_file("test", content);
  EXPECT_EQ(read("/proc/self/fd/" + std::to_string(file.get())), content);
}

}  // namespace
}  // namespace violin::uml
