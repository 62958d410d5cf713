#include "datapath/uml/guest/line.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <array>

#include "datapath/uml/guest/failure.h"

namespace violin::uml {

Line::Line(const char* device) : fd_(open(device, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) {
  termios settings{};
  if (fd_ < 0 || tcgetattr(fd_, &settings) != 0) {
    fail(std::string("cannot open ") + device);
  }
  cfmakeraw(&settings);
  settings.c_cflag |= CLOCAL;
  if (tcsetattr(fd_, TCSANOW, &settings) != 0) {
    fail(std::string("cannot set up ") + device);
  }
}

Line::~Line() { close(fd_); }

void Line::send(const Message& message) {
  queue_ += encode(message);
  flush();
}

void Line::flush() {
  while (sending()) {
    const ssize_t sent = write(fd_, queue_.data() + begin_, queue_.size() - begin_);
    if (sent <= 0) {
      break;  // full, or the host has gone, which receive() tells
    }
    begin_ += static_cast<std::size_t>(sent);
  }
  if (!sending()) {
    queue_.clear();
    begin_ = 0;
  }
}

bool Line::receive(MessageReader& reader) {
  std::array<char, 4096> bytes{};
  std::size_t taken = 0;
  bool connected = true;
  for (;;) {
    const ssize_t received = read(fd_, bytes.data(), bytes.size());
    if (received > 0) {
      reader.append({bytes.data(), static_cast<std::size_t>(received)});
      taken += static_cast<std::size_t>(received);
    } else if (received < 0 && errno == EINTR) {
      continue;
    } else {
      connected = received < 0 && errno == EAGAIN;
      break;
    }
  }
  if (taken > 0) {
    send({MessageKind::kTaken, 0, std::to_string(taken)});
  }
  return connected;
}

}  // namespace violin::uml
