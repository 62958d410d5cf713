#include "datapath/uml/mconsole.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/un.h>

#include <cstring>
#include <thread>

#include "datapath/uml/mconsole_message.h"
#include "tests/datapath/uml/guest_fixture.h"

namespace violin::uml {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Answers one request with the datagrams it was given.
class FakeConsole {
 public:
  FakeConsole(const std::filesystem::path& path, std::vector<std::string> replies)
      : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw_errno("cannot bind " + path.string());
    }
    thread_ = std::thread([this, replies = std::move(replies)] { answer(replies); });
  }
  ~FakeConsole() { thread_.join(); }

 private:
  void answer(const std::vector<std::string>& replies) {
    pollfd polled{socket_.get(), POLLIN, 0};
    ::poll(&polled, 1, 10'000);
    std::array<char, 1024> request{};
    sockaddr_un from{};
    socklen_t size = sizeof from;
    if (::recvfrom(socket_.get(), request.data(), request.size(), MSG_DONTWAIT,
                   reinterpret_cast<sockaddr*>(&from), &size) < 0) {
      return;
    }
    for (const std::string& reply : replies) {
      ::sendto(socket_.get(), reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&from),
               size);
    }
  }

  FileDescriptor socket_;
  std::thread thread_;
};

std::string reply(std::uint32_t error, std::uint32_t more, const std::string& text) {
  std::string datagram(kMconsoleReply, '\0');
  const auto length = static_cast<std::uint32_t>(text.size() + 1);
  std::memcpy(datagram.data(), &error, 4);
  std::memcpy(datagram.data() + 4, &more, 4);
  std::memcpy(datagram.data() + 8, &length, 4);
  std::memcpy(datagram.data() + 12, text.data(), text.size());
  return datagram;
}

class MconsoleTest : public ::testing::Test {
 public:
  ~MconsoleTest() override { std::filesystem::remove_all(base_); }

 protected:
  MconsoleTest() { std::filesystem::create_directories(base_); }
  const std::filesystem::path base_ = std::filesystem::temp_directory_path() /
                                      ("violin-mconsole-test-" + std::to_string(::getpid()));
  const std::filesystem::path path_ = base_ / "mconsole";
};

TEST_F(MconsoleTest, PutsRepliesTogetherWhileThereAreMore) {
  const FakeConsole console(path_,
                            {reply(0, 1, "one "), reply(0, 1, "two "), reply(0, 0, "three")});
  EXPECT_EQ(Mconsole(path_).ask("sysrq t"), "one two three");
}

TEST_F(MconsoleTest, AnAnswerWhoseEndIsLostComesWithoutIt) {
  const FakeConsole console(path_, {reply(0, 1, "one "), reply(0, 1, "two ")});
  EXPECT_EQ(Mconsole(path_).ask("sysrq t"), "one two ");
}

TEST_F(MconsoleTest, ARefusalIsAnErrorWithTheGuestsWords) {
  const FakeConsole console(path_, {reply(1, 0, "Unknown command")});
  try {
    Mconsole(path_).ask("dance");
    FAIL() << "it was refused";
  } catch (const MconsoleError& error) {
    EXPECT_THAT(error.what(), HasSubstr("'dance'"));
    EXPECT_THAT(error.what(), HasSubstr("Unknown command"));
  }
}

TEST_F(MconsoleTest, SilenceAndGarbageAreNoAnswer) {
  const FakeConsole console(path_, {"", "garbage", std::string(12, '\xff')});
  EXPECT_THROW(Mconsole(path_).ask("version", 300ms), MconsoleError);
}

TEST_F(MconsoleTest, NobodyThereIsAnError) {
  EXPECT_THROW(Mconsole{path_}, std::system_error);
  EXPECT_THROW(Mconsole{base_ / "nowhere" / "mconsole"}, std::system_error);
}

TEST_F(GuestTest, ItsManagementConsoleAnswers) {
  const auto guest = ready(spec("vHost1"));
  Mconsole& console = guest->mconsole();
  EXPECT_THAT(console.version(), StartsWith("Linux "));
  EXPECT_GT(std::stod(console.proc("uptime")), 0.0);
  // Longer than one reply.
  const std::string ciphers = guest->run({"cat", "/proc/crypto"}).output;
  EXPECT_GT(ciphers.size(), 512U);
  EXPECT_EQ(console.proc("crypto"), ciphers);
  EXPECT_THAT(console.sysrq('h'), HasSubstr("HELP"));
  EXPECT_THROW(console.ask("no-such-command"), MconsoleError);
  EXPECT_THROW(console.remove("vec7"), MconsoleError);
  console.stop();
  console.go();
  console.halt();
  pollfd polled{guest->exit_descriptor(), POLLIN, 0};
  EXPECT_EQ(::poll(&polled, 1, 10'000), 1);
}

// A socket's path has at most 107 bytes; directories of ours may be longer.
TEST_F(GuestTest, RunsInADirectoryWithALongPath) {
  Guest guest(host_, spec("vHost1"), base_ / std::string(100, 'a') / std::string(100, 'b'));
  guest.start();
  guest.wait_until_ready();
  EXPECT_THAT(guest.mconsole().version(), StartsWith("Linux "));
}

}  // namespace
}  // namespace violin::uml
