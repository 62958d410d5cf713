#include "datapath/udp/datagram_socket.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <system_error>

namespace violin {
namespace {

const UdpAddress kAnywhere{Ipv4Address(127, 0, 0, 1), 0};

TEST(UdpAddress, IsWhatTheSystemsNameSays) {
  const UdpAddress a{Ipv4Address(127, 0, 3, 1), 4789};
  EXPECT_EQ(UdpAddress::from(a.name()), a);
  EXPECT_EQ(a.name().sin_port, htons(4789));
  EXPECT_EQ(to_string(a), "127.0.3.1:4789");
}

TEST(DatagramSocket, IsBoundToTheAddressAndAFreePort) {
  const DatagramSocket socket({Ipv4Address(127, 0, 9, 1), 0});
  sockaddr_in name{};
  socklen_t size = sizeof name;
  ASSERT_EQ(getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&name), &size), 0);
  EXPECT_EQ(UdpAddress::from(name), socket.local());
  EXPECT_EQ(socket.local().address, Ipv4Address(127, 0, 9, 1));
  EXPECT_NE(socket.local().port, 0);
}

TEST(DatagramSocket, APortInUseIsAnErrorThatNamesItAndTheRemedy) {
  const DatagramSocket first(kAnywhere);
  try {
    const DatagramSocket second(first.local());
    FAIL() << "two sockets at " << to_string(first.local());
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), EADDRINUSE);
    EXPECT_THAT(error.what(), testing::AllOf(testing::HasSubstr(to_string(first.local())),
                                             testing::HasSubstr("ss -ulnp"),
                                             testing::HasSubstr("Address already in use")));
  }
}

TEST(DatagramSocket, AnAddressOfNoInterfaceIsAnErrorThatNamesIt) {
  try {
    const DatagramSocket socket({Ipv4Address(192, 0, 2, 7), 0});  // RFC 5737: nobody has it
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_THAT(error.what(), testing::AllOf(testing::HasSubstr("192.0.2.7:0"),
                                             testing::HasSubstr("ip address add")));
  }
}

TEST(DatagramSocket, TellsTheBuffersThatWereGrantedNotThoseAskedFor) {
  DatagramSocketOptions options;
  options.receive_buffer = Bytes{1 << 16};
  const DatagramSocket small(kAnywhere, options);
  EXPECT_EQ(small.receive_buffer(), Bytes{1 << 17});  // socket(7): the kernel doubles it
  options.receive_buffer = Bytes{1};
  const DatagramSocket least(kAnywhere, options);
  EXPECT_GE(least.receive_buffer(), Bytes{2048});  // socket(7): the minimum (doubled) is 256
}

TEST(DatagramSocket, CountsWhatWasLostInAFullBufferOnce) {
  DatagramSocketOptions options;
  options.receive_buffer = Bytes{1};
  DatagramSocket socket(kAnywhere, options);
  const DatagramSocket sender(kAnywhere);
  const sockaddr_in to = socket.local().name();
  const std::array<char, 1000> bytes{};
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(sendto(sender.fd(), bytes.data(), bytes.size(), 0,
                     reinterpret_cast<const sockaddr*>(&to), sizeof to),
              1000);
  }
  std::uint64_t received = 0;
  std::array<char, 2000> sink{};
  while (recv(socket.fd(), sink.data(), sink.size(), MSG_DONTWAIT) > 0) {
    ++received;
  }
  EXPECT_LT(received, 100U);
  EXPECT_EQ(socket.new_overruns(), 100U - received);
  EXPECT_EQ(socket.new_overruns(), 0U);
}

TEST(DatagramSocket, TheRunningCountMayWrapAndComeLate) {
  DatagramSocket socket(kAnywhere);
  EXPECT_EQ(socket.note_overrun(0x7000'0000), 0x7000'0000U);
  EXPECT_EQ(socket.note_overrun(0x6fff'ffff), 0U);
  EXPECT_EQ(socket.note_overrun(0xe000'0000), 0x7000'0000U);
  EXPECT_EQ(socket.note_overrun(5), 0x2000'0005U);
}

}  // namespace
}  // namespace violin
