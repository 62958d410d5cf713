// What comes from inside a guest: messages are the same however the stream is cut, what is taken
// encodes to the bytes that came, and payloads that parse encode to what parses equal.
#include <string>
#include <string_view>
#include <vector>

#include "core/require.h"
#include "datapath/uml/agent_protocol.h"

using namespace violin::uml;

namespace {

struct Reading {
  std::vector<Message> messages;
  bool bad = false;
};

Reading read(std::string_view bytes, std::size_t piece) {
  Reading reading;
  MessageReader reader;
  try {
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      reader.append(bytes.substr(at, piece));
      while (auto message = reader.next()) {
        reading.messages.push_back(std::move(*message));
      }
    }
  } catch (const BadMessage&) {
    reading.bad = true;
  }
  return reading;
}

template <typename Parse>
void check_round_trip(const std::string& payload, Parse parse) {
  try {
    const auto value = parse(payload);
    violin::require(parse(encode(value)) == value, "a payload's round trip");
  } catch (const BadMessage&) {
    // It says so.
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Reading whole = read(bytes, size + 1);
  const Reading pieces = read(bytes, 1 + size % 7);
  violin::require(whole.messages == pieces.messages && whole.bad == pieces.bad,
                  "where a stream is cut makes no difference");
  std::string again;
  for (const Message& message : whole.messages) {
    again += encode(message);
    check_round_trip(message.payload, parse_exec);
    check_round_trip(message.payload, parse_window_size);
    check_round_trip(message.payload, parse_exit_status);
  }
  violin::require(bytes.starts_with(again), "messages are what came");
  return 0;
}
