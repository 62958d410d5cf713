#include "datapath/agent/control_channel.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <thread>

#include "tests/scenarios/running.h"

namespace violin {
namespace {

using nlohmann::json;

class ControlChannelTest : public ::testing::Test {
 protected:
  ControlChannelTest() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
      throw_errno("socketpair");
    }
    near_.emplace(FileDescriptor(ends[0]));
    far_.emplace(FileDescriptor(ends[1]));
  }
  std::optional<ControlChannel> near_;
  std::optional<ControlChannel> far_;
  TemporaryFolder folder_;
};

TEST_F(ControlChannelTest, BringsDocumentsInOrderWhateverTheirSize) {
  const json large{{"text", std::string(3 << 20, 'x')}};
  std::thread sender([&] {
    near_->send({{"verb", "status"}});
    near_->send(large);
    near_->send(json::array());
  });
  EXPECT_EQ(far_->receive()->document, (json{{"verb", "status"}}));
  EXPECT_EQ(far_->receive()->document, large);
  EXPECT_EQ(far_->receive()->document, json::array());
  sender.join();
}

TEST_F(ControlChannelTest, BringsDescriptorsThatTheOtherEndCanUse) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
  const FileDescriptor reader(pipe[0]);
  FileDescriptor writer(pipe[1]);
  near_->send({{"verb", "exec"}}, {writer.get(), writer.get()});
  writer.reset();
  auto received = far_->receive();
  ASSERT_EQ(received->descriptors.size(), 2U);
  ASSERT_EQ(::write(received->descriptors[1].get(), "hi", 2), 2);
  std::array<char, 2> bytes{};
  EXPECT_EQ(::read(reader.get(), bytes.data(), 2), 2);
  EXPECT_EQ(std::string(bytes.data(), 2), "hi");
  received.reset();
  EXPECT_EQ(::read(reader.get(), bytes.data(), 2), 0) << "a descriptor was left open";
}

TEST_F(ControlChannelTest, TellsTheEndOfTheOther) {
  near_.reset();
  EXPECT_FALSE(far_->receive().has_value());
  EXPECT_THROW(far_->send(json::object()), std::system_error);
}

TEST_F(ControlChannelTest, RefusesWhatIsNoDocument) {
  const std::string no_json = std::string("\0\0\0\5", 4) + "{oops";
  ASSERT_EQ(::write(near_->fd(), no_json.data(), no_json.size()), 9);
  EXPECT_THROW(far_->receive(), std::runtime_error);
}

TEST_F(ControlChannelTest, RefusesALengthBeyondTheBoundWithoutWaitingForIt) {
  ASSERT_EQ(::write(near_->fd(), "\xff\xff\xff\xff", 4), 4);
  EXPECT_THROW(far_->receive(), std::runtime_error);
}

TEST_F(ControlChannelTest, AListenerIsReachedKnowsItsUserAndEnds) {
  const auto path = folder_.path() / "control";
  EXPECT_FALSE(ControlChannel::connect(path).has_value());
  ControlListener listener(path);
  std::thread user([&] { ControlChannel::connect(path)->send({{"verb", "x"}}); });
  std::optional<ControlChannel> channel = listener.accept();
  ASSERT_TRUE(channel.has_value());
  EXPECT_EQ(channel->peer_user(), ::geteuid());
  EXPECT_EQ(channel->receive()->document["verb"], "x");
  user.join();
  std::thread ender([&] { listener.shut_down(); });
  EXPECT_FALSE(listener.accept().has_value());
  ender.join();
}

TEST_F(ControlChannelTest, APathThatIsTooLongForASocketIsTold) {
  const std::string path = folder_.path() / std::string(120, 'x');
  EXPECT_THROW(ControlListener{path}, std::runtime_error);
}

}  // namespace
}  // namespace violin
