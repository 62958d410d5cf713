#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "datapath/uml/guest.h"
#include "datapath/uml/image.h"
#include "datapath/uml/run_program.h"
#include "tests/datapath/uml/guest_fixture.h"

namespace violin::uml {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// An image of little more than busybox.
class GuestDisk : public GuestTest {
 protected:
  void SetUp() override {
    GuestTest::SetUp();
    if (IsSkipped()) {
      return;
    }
    if (::access("/bin/busybox", X_OK) != 0 || find_program("mkfs.ext4").empty()) {
      GTEST_SKIP() << "there is no busybox or mkfs.ext4: apt-get install busybox-static e2fsprogs";
    }
    const fs::path tree = base_ / "tree";
    for (const char* directory : {"bin", "etc", "proc", "sys", "dev", "tmp", "run", "usr/lib"}) {
      fs::create_directories(tree / directory);
    }
    fs::copy_file("/bin/busybox", tree / "bin/busybox");
    for (const char* applet : {"sh", "cat", "mkdir", "mount", "sync"}) {
      fs::create_symlink("busybox", tree / "bin" / applet);
    }
    make_ext4(tree, image_, Bytes{16 << 20});
  }
  GuestSpec with_disk(const std::string& name) const {
    GuestSpec with = spec(name);
    with.root = DiskRoot{image_};
    return with;
  }

  const fs::path image_ = base_ / "image.ext4";
};

TEST_F(GuestDisk, WhatIsWrittenSurvivesARestartAndIsNobodyElses) {
  const std::string before = content(image_);
  const auto first = ready(with_disk("first"));
  const auto second = ready(with_disk("second"));
  EXPECT_EQ(first->run({"sh", "-c", "echo mine > /etc/note && cat /etc/hostname"}).output,
            "first\n");
  first->stop();
  first->start();
  first->wait_until_ready();
  EXPECT_EQ(first->run({"cat", "/etc/note"}).output, "mine\n");
  EXPECT_NE(second->run({"cat", "/etc/note"}).status.code(), 0);
  EXPECT_EQ(second->run({"cat", "/etc/hostname"}).output, "second\n");
  EXPECT_TRUE(content(image_) == before) << "the image itself was written to";
}

// As a cold migration does it.
TEST_F(GuestDisk, GoesOnInAnotherDirectoryWithItsCopyOnWriteFile) {
  const auto first = ready(with_disk("vHost1"));
  first->run({"sh", "-c", "echo moved > /etc/note"});
  first->stop();
  fs::create_directories(base_ / "elsewhere");
  fs::copy_file(first->directory() / kCowFile, base_ / "elsewhere" / kCowFile);
  first->remove();
  Guest second(host_, with_disk("vHost1"), base_ / "elsewhere");
  second.start();
  second.wait_until_ready();
  EXPECT_EQ(second.run({"cat", "/etc/note"}).output, "moved\n");
}

// Of `violin image build`, where somebody has made one: it needs a network.
TEST_F(GuestDisk, ABuiltImageHasWhatNetworksAreMadeOf) {
  if (!fs::exists(default_image())) {
    GTEST_SKIP() << "there is no image: violin image build";
  }
  GuestSpec built = spec("vRouter1");
  built.root = DiskRoot{default_image()};
  const auto guest = ready(built);
  EXPECT_EQ(guest
                ->run({"sh", "-c",
                       "mkdir -p /run/frr && chown frr /run/frr && "
                       "/usr/lib/frr/zebra -d && /usr/lib/frr/ospfd -d"})
                .status.code(),
            0);
  EXPECT_THAT(guest->run({"vtysh", "-c", "show daemons"}).output, ::testing::HasSubstr("ospfd"));
  for (const char* program : {"ip", "iperf3", "smcrouted", "ping", "traceroute", "tcpdump"}) {
    EXPECT_EQ(guest->run({"which", program}).status.code(), 0) << program;
  }
}

TEST_F(GuestDisk, AnImageThatIsNotThereIsTold) {
  GuestSpec missing = spec("vHost1");
  missing.root = DiskRoot{base_ / "nothing.ext4"};
  try {
    ready(missing);
    FAIL() << "there is no such image";
  } catch (const GuestError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("nothing.ext4"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("violin image build"));
  }
}

}  // namespace
}  // namespace violin::uml
