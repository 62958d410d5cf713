#include "datapath/uml/agent_protocol.h"

#include <array>
#include <charconv>

namespace violin::uml {

namespace {

constexpr std::size_t kHeader = 9;

void put_u32(std::string& to, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) {
    to.push_back(static_cast<char>((value >> shift) & 0xff));
  }
}

std::uint32_t get_u32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) {
    value = (value << 8) | static_cast<unsigned char>(bytes[i]);
  }
  return value;
}

void put_strings(std::string& to, const std::vector<std::string>& strings) {
  put_u32(to, static_cast<std::uint32_t>(strings.size()));
  for (const std::string& string : strings) {
    to.append(string).push_back('\0');
  }
}

// Takes one value after another from a payload.
class Fields {
 public:
  explicit Fields(std::string_view payload) : rest_(payload) {}

  std::uint32_t u32() {
    if (rest_.size() < 4) {
      throw BadMessage("a message's payload ends within a number");
    }
    const std::uint32_t value = get_u32(rest_);
    rest_.remove_prefix(4);
    return value;
  }
  std::string string() {
    const auto end = rest_.find('\0');
    if (end == std::string_view::npos) {
      throw BadMessage("a message's payload ends within a string");
    }
    std::string value(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return value;
  }
  std::vector<std::string> strings() {
    std::vector<std::string> values;
    for (std::uint32_t count = u32(); count > 0; --count) {
      values.push_back(string());
    }
    return values;
  }
  void end() const {
    if (!rest_.empty()) {
      throw BadMessage("a message's payload is longer than what it says");
    }
  }

 private:
  std::string_view rest_;
};

}  // namespace

std::string encode(const Message& message) {
  if (message.payload.size() > kMostPayload) {
    throw std::length_error("a message to a guest is longer than 64 KiB");
  }
  std::string bytes;
  bytes.reserve(kHeader + message.payload.size());
  put_u32(bytes, static_cast<std::uint32_t>(message.payload.size()));
  bytes.push_back(static_cast<char>(message.kind));
  put_u32(bytes, message.id);
  return bytes += message.payload;
}

std::optional<Message> MessageReader::next() {
  const std::string_view rest = std::string_view(bytes_).substr(begin_);
  if (rest.size() < kHeader) {
    bytes_.erase(0, begin_);
    begin_ = 0;
    return std::nullopt;
  }
  const std::size_t length = get_u32(rest);
  const auto kind = static_cast<std::uint8_t>(rest[4]);
  if (length > kMostPayload || kind == 0 || kind > kLastMessageKind) {
    throw BadMessage("what came is no message: kind " + std::to_string(kind) + ", " +
                     std::to_string(length) + " bytes");
  }
  if (rest.size() < kHeader + length) {
    bytes_.erase(0, begin_);
    begin_ = 0;
    return std::nullopt;
  }
  begin_ += kHeader + length;
  return Message{static_cast<MessageKind>(kind), get_u32(rest.substr(5)),
                 std::string(rest.substr(kHeader, length))};
}

std::string encode(const ExecRequest& request) {
  std::string payload;
  put_strings(payload, request.argv);
  put_strings(payload, request.environment);
  payload.append(request.directory).push_back('\0');
  put_u32(payload, request.terminal ? 1 : 0);
  return request.terminal ? payload + encode(*request.terminal) : payload;
}

ExecRequest parse_exec(std::string_view payload) {
  Fields fields(payload);
  ExecRequest request;
  request.argv = fields.strings();
  request.environment = fields.strings();
  request.directory = fields.string();
  if (fields.u32() != 0) {
    const std::uint32_t rows = fields.u32();
    request.terminal =
        WindowSize{static_cast<std::uint16_t>(rows), static_cast<std::uint16_t>(fields.u32())};
  }
  fields.end();
  if (request.argv.empty()) {
    throw BadMessage("a command has no words");
  }
  return request;
}

std::string encode(WindowSize size) {
  std::string payload;
  put_u32(payload, size.rows);
  put_u32(payload, size.columns);
  return payload;
}

WindowSize parse_window_size(std::string_view payload) {
  Fields fields(payload);
  const std::uint32_t rows = fields.u32();
  const std::uint32_t columns = fields.u32();
  fields.end();
  return {static_cast<std::uint16_t>(rows), static_cast<std::uint16_t>(columns)};
}

std::string encode(ExitStatus status) {
  std::string payload;
  put_u32(payload, status.signalled ? 1 : 0);
  put_u32(payload, static_cast<std::uint32_t>(status.value));
  return payload;
}

ExitStatus parse_exit_status(std::string_view payload) {
  Fields fields(payload);
  const bool signalled = fields.u32() != 0;
  const auto value = static_cast<int>(fields.u32());
  fields.end();
  return {signalled, value};
}

std::uint32_t parse_number(std::string_view payload) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(payload.data(), payload.data() + payload.size(), value);
  if (error != std::errc{} || end != payload.data() + payload.size()) {
    throw BadMessage("a message holds no number where one is due");
  }
  return value;
}

}  // namespace violin::uml
