#include "datapath/uml/mconsole_message.h"

#include <gtest/gtest.h>

#include <cstring>
#include <stdexcept>

namespace violin::uml {
namespace {

using namespace std::string_literals;

std::optional<MconsoleReply> parse(const std::string& datagram) {
  return parse_mconsole_reply(std::as_bytes(std::span(datagram)));
}

std::string reply(std::uint32_t error, std::uint32_t more, std::uint32_t length,
                  const std::string& text) {
  std::string datagram(12, '\0');
  std::memcpy(datagram.data(), &error, 4);
  std::memcpy(datagram.data() + 4, &more, 4);
  std::memcpy(datagram.data() + 8, &length, 4);
  return datagram + text;
}

// struct mconsole_request of arch/um/drivers/mconsole.h, on a little-endian host.
TEST(MconsoleMessage, ARequestIsTheKernelsStructure) {
  const std::string request = encode_mconsole_request("version");
  EXPECT_EQ(request, "\xbe\xba\xfe\xca\x02\0\0\0\x07\0\0\0version"s + std::string(505, '\0'));
}

TEST(MconsoleMessage, ACommandThatFillsTheTextHasStillItsNul) {
  EXPECT_EQ(encode_mconsole_request(std::string(511, 'x')).back(), '\0');
  EXPECT_THROW(encode_mconsole_request(std::string(512, 'x')), std::length_error);
}

// mconsole_reply_len() sends as many bytes as the text has with its NUL.
TEST(MconsoleMessage, ARepliesTextEndsWhereItsLengthSays) {
  EXPECT_EQ(parse(reply(0, 0, 3, "OK\0rest"s)), (MconsoleReply{false, false, "OK"}));
  EXPECT_EQ(parse(reply(1, 0, 4, "bad\0"s)), (MconsoleReply{true, false, "bad"}));
  EXPECT_EQ(parse(reply(0, 1, 512, std::string(512, 'x'))),
            (MconsoleReply{false, true, std::string(512, 'x')}));
  EXPECT_EQ(parse(reply(0, 0, 0, "")), (MconsoleReply{false, false, ""}));
}

TEST(MconsoleMessage, ShortOrLyingRepliesAreNone) {
  EXPECT_EQ(parse(""), std::nullopt);
  EXPECT_EQ(parse(reply(0, 0, 0, "").substr(0, 11)), std::nullopt);
  EXPECT_EQ(parse(reply(0, 0, 4, "abc")), std::nullopt);
  EXPECT_EQ(parse(reply(0, 0, 0xffffffff, "abc")), std::nullopt);
  EXPECT_EQ(parse(reply(0, 0, 513, std::string(513, 'x'))), std::nullopt);
}

}  // namespace
}  // namespace violin::uml
