// What guests and their sockets lose is in the books of a live network.
#include <map>

#include "tests/scenarios/cli/live.h"

namespace violin {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// What the kernel says of the UDP sockets that a process has: datagrams that found no room. Slots
// of proc(5)'s /proc/net/udp: local address, then (from 0) inode at 9, drops at 12.
std::uint64_t drops_of_sockets_of(int pid) {
  std::map<std::string, std::uint64_t> drops;  // by inode
  std::istringstream sockets(text_of("/proc/net/udp"));
  std::string line;
  for (std::getline(sockets, line); std::getline(sockets, line);) {
    std::istringstream words(line);
    std::vector<std::string> fields{std::istream_iterator<std::string>(words), {}};
    drops["socket:[" + fields.at(9) + "]"] = std::stoull(fields.at(12));
  }
  std::uint64_t sum = 0;
  for (const auto& open : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
    std::error_code gone;
    if (const auto found = drops.find(fs::read_symlink(open.path(), gone)); found != drops.end()) {
      sum += found->second;
    }
  }
  return sum;
}

using LiveLosses = LiveGuests;

TEST_F(LiveLosses, WhatAGuestsSocketLosesIsDroppedInTheBooksByReason) {
  ASSERT_EQ(up_pair("lossy").code, 0);
  ASSERT_TRUE(a_reaches_b("lossy"));
  // A guest that stands still reads nothing, and its socket's buffer is finite.
  ASSERT_EQ(violin({"node", "pause", "lossy/b"}).code, 0);
  exec("lossy/a", {"ping", "-q", "-l", "9000", "-c", "9000", "-s", "1400", "-W", "1", "10.9.0.2"});
  std::uint64_t lost = 0;
  EXPECT_TRUE(comes_true(
      [&] {
        const Json paused = entity("lossy", "v/b");
        lost = drops_of_sockets_of(paused["pid"]);
        return lost > 0 && paused["lost"].value("socket-overrun", 0U) == lost;
      },
      std::chrono::seconds(5)))
      << "the kernel tells " << lost << ", status " << entity("lossy", "v/b");
  ASSERT_EQ(violin({"node", "resume", "lossy/b"}).code, 0);
  const Json books = status("lossy")["ledger"];
  EXPECT_TRUE(books["balanced"]);
  EXPECT_GE(books["drops"]["socket-overrun"], lost);
  const Ended down = violin({"down", "lossy"});
  EXPECT_THAT(down.out, HasSubstr(" socket-overrun"));
  EXPECT_THAT(down.out, ::testing::Not(HasSubstr("NOT BALANCED")));
}

TEST_F(LiveLosses, WhatAGuestsKernelDropsIsInTheBooksAlsoAfterItsVNicIsGone) {
  if (std::system("command -v python3 > /dev/null") != 0) {
    GTEST_SKIP() << "no python3 here: apt-get install python3";
  }
  ASSERT_EQ(up_pair("deaf").code, 0);
  ASSERT_EQ(entity("deaf", "v/b")["lost"], Json::object());
  // Nobody listens to the local experimental EtherType 1 (IEEE 802).
  const std::string seven_frames =
      "import socket; s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(('vec0', 0))\n"
      "for i in range(7): s.send(b'\\xff' * 6 + b'\\2\\0\\0\\0\\0\\1' + b'\\x88\\xb5' + bytes(46))";
  ASSERT_EQ(exec("deaf/a", {"python3", "-c", seven_frames}).code, 0);
  EXPECT_TRUE(comes_true([&] { return entity("deaf", "v/b")["lost"]["unsupported"] == 7; },
                         std::chrono::seconds(5)))
      << entity("deaf", "v/b");
  ASSERT_EQ(violin({"node", "remove", "deaf/b"}).code, 0);
  const Json books = status("deaf")["ledger"];
  EXPECT_EQ(books["drops"]["unsupported"], 7);
  EXPECT_TRUE(books["balanced"]);
}

}  // namespace
}  // namespace violin
