#include "datapath/uml/agent_protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace violin::uml {
namespace {

using namespace std::string_literals;

const std::vector<Message>& some_messages() {
  static const std::vector<Message> kMessages{
      {MessageKind::kHello, 0, "1"},
      {MessageKind::kOutput, 0xfffffffe, std::string(kMostPayload, '\xff')},
      {MessageKind::kEndInput, 7, ""},
      {MessageKind::kTaken, 0, "12"}};
  return kMessages;
}

// The picture in the header.
TEST(AgentProtocol, AMessageIsLengthKindIdAndPayload) {
  EXPECT_EQ(encode({MessageKind::kInput, 0x01020304, "ab"}),
            "\x02\0\0\0\x07\x04\x03\x02\x01\x61\x62"s);
}

TEST(AgentProtocol, MessagesComeWholeFromAStreamCutAnywhere) {
  std::string stream;
  for (const Message& message : some_messages()) {
    stream += encode(message);
  }
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 20; ++round) {
    MessageReader reader;
    std::vector<Message> got;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t size = 1 + random() % (round < 10 ? 20'000 : 40);
      reader.append(std::string_view(stream).substr(at, size));
      at += size;
      while (auto message = reader.next()) {
        got.push_back(std::move(*message));
      }
    }
    EXPECT_EQ(got, some_messages());
  }
}

TEST(AgentProtocol, RefusesUnknownKindsAndTooLongPayloads) {
  for (const std::string& bytes : {"\0\0\0\0\0\0\0\0\0"s, "\0\0\0\0\xff\0\0\0\0"s,
                                   "\x01\0\x01\0\x05\0\0\0\0"s, "\xff\xff\xff\xff\x05\0\0\0\0"s}) {
    MessageReader reader;
    reader.append(bytes);
    EXPECT_THROW(reader.next(), BadMessage);
  }
  EXPECT_THROW(encode({MessageKind::kInput, 1, std::string(kMostPayload + 1, 'x')}),
               std::length_error);
}

TEST(AgentProtocol, RequestsComeBackAsTheyWere) {
  for (const ExecRequest& request :
       {ExecRequest{{"true"}, {}, {}, std::nullopt},
        ExecRequest{{"sh", "-c", ""}, {"A=1", "B="}, "/tmp", WindowSize{65535, 1}}}) {
    EXPECT_EQ(parse_exec(encode(request)), request);
  }
  EXPECT_EQ(parse_window_size(encode(WindowSize{50, 132})), (WindowSize{50, 132}));
  EXPECT_EQ(parse_exit_status(encode(ExitStatus{true, 9})), (ExitStatus{true, 9}));
  EXPECT_EQ(parse_number("4294967295"), 4'294'967'295U);
}

TEST(AgentProtocol, RefusesEveryCutRequest) {
  const std::string whole = encode(ExecRequest{{"sh", "-c"}, {"A=1"}, "/", WindowSize{}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(parse_exec(whole.substr(0, size)), BadMessage) << size;
  }
  EXPECT_THROW(parse_exec(whole + "x"), BadMessage);
  for (const char* number : {"", "x", "-1", "1x", "4294967296"}) {
    EXPECT_THROW(parse_number(number), BadMessage) << number;
  }
}

}  // namespace
}  // namespace violin::uml
