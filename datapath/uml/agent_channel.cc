#include "datapath/uml/agent_channel.h"

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "datapath/uml/command_state.h"
#include "datapath/uml/guest_command.h"

namespace violin::uml {

AgentChannel::CommandState::CommandState() : progress(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!progress) {
    throw_errno("cannot run a command in a guest");
  }
}

void AgentChannel::CommandState::signal_progress() {
  const std::uint64_t one = 1;
  static_cast<void>(::write(progress.get(), &one, sizeof one) > 0);
}

void AgentChannel::CommandState::calm() {
  std::uint64_t ignored = 0;
  static_cast<void>(::read(progress.get(), &ignored, sizeof ignored) > 0);
}

AgentChannel::AgentChannel(GuestHost& host, FileDescriptor socket, std::string name,
                           std::string first_set_up)
    : host_(host),
      socket_(std::move(socket)),
      name_(std::move(name)),
      first_set_up_(std::move(first_set_up)) {
  answers_[kFirstSetUp];
  host_.run([this](Reactor& reactor) { reactor.watch(socket_.get(), *this); });
}

AgentChannel::~AgentChannel() { close(); }

void AgentChannel::close() {
  host_.run([this](Reactor&) {
    const std::lock_guard lock(mutex_);
    stop_watching();
    lose("guest " + name_ + " has gone");
  });
}

bool AgentChannel::closed() {
  const std::lock_guard lock(mutex_);
  return !lost_.empty();
}

bool AgentChannel::wait_until_set_up(Duration patience) {
  std::unique_lock lock(mutex_);
  const std::optional<Message>& answer = answers_[kFirstSetUp];
  if (!changed_.wait_for(lock, patience, [&] { return answer || !lost_.empty(); })) {
    return false;
  }
  result_of(answer);
  return true;
}

void AgentChannel::set_up(std::string lines, Duration patience) {
  ask(MessageKind::kSetUp, std::move(lines), patience);
}

std::string AgentChannel::read_file(std::string path, Duration patience) {
  return ask(MessageKind::kRead, std::move(path), patience);
}

std::string AgentChannel::ask(MessageKind kind, std::string what, Duration patience) {
  std::unique_lock lock(mutex_);
  check_open();
  const std::uint32_t id = next_id_++;
  send({kind, id, std::move(what)});
  const std::optional<Message>& answer = answers_[id];
  const bool answered = changed_.wait_for(lock, patience, [&] { return answer || !lost_.empty(); });
  const auto taken = answers_.extract(id);
  if (!answered) {
    throw GuestError("guest " + name_ + " did not answer within " + to_string(patience));
  }
  return result_of(taken.mapped());
}

std::string AgentChannel::result_of(const std::optional<Message>& answer) const {
  if (!answer) {
    throw GuestError(lost_);
  }
  if (answer->kind == MessageKind::kFailed) {
    throw GuestError("guest " + name_ + ": " + answer->payload);
  }
  return answer->payload;
}

std::unique_ptr<GuestCommand> AgentChannel::exec(const ExecRequest& request) {
  auto state = std::make_shared<CommandState>();
  const std::lock_guard lock(mutex_);
  check_open();
  const std::uint32_t id = next_id_++;
  send({MessageKind::kExec, id, encode(request)});
  commands_.emplace(id, state);
  return std::make_unique<GuestCommand>(shared_from_this(), id, std::move(state));
}

void AgentChannel::power_off() {
  const std::lock_guard lock(mutex_);
  check_open();
  send({MessageKind::kPowerOff, 0, {}});
}

void AgentChannel::on_readable(TimePoint /*now*/) {
  std::array<char, 64 * 1024> bytes{};
  const ssize_t received = ::recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  const std::lock_guard lock(mutex_);
  try {
    if (received > 0) {
      reader_.append({bytes.data(), static_cast<std::size_t>(received)});
      while (auto message = reader_.next()) {
        take(std::move(*message));
      }
      return;
    }
    lose("guest " + name_ + " has gone");
  } catch (const BadMessage& error) {
    lose("guest " + name_ + " cannot be understood: " + error.what());
  }
  stop_watching();
}

void AgentChannel::on_writable(TimePoint /*now*/) {
  const std::lock_guard lock(mutex_);
  flush();
}

void AgentChannel::take(Message message) {
  switch (message.kind) {
    case MessageKind::kHello:
      if (message.payload != kProtocolVersion) {
        throw BadMessage("it speaks version " + message.payload + " of the protocol");
      }
      send({MessageKind::kSetUp, kFirstSetUp, first_set_up_});
      break;
    case MessageKind::kDone:
    case MessageKind::kFailed:
      if (const auto asked = answers_.find(message.id); asked != answers_.end()) {
        asked->second = std::move(message);
      }
      break;
    case MessageKind::kOutput:
    case MessageKind::kError:
    case MessageKind::kExited:
    case MessageKind::kCredit:
      take_output(message);
      break;
    case MessageKind::kTaken:
      line_window_ += parse_number(message.payload);
      flush();
      return;
    default:
      throw BadMessage("it sent what only hosts send");
  }
  changed_.notify_all();
}

// Of commands that nobody waits for any more, some may still come.
void AgentChannel::take_output(const Message& message) {
  const auto found = commands_.find(message.id);
  if (found == commands_.end()) {
    return;
  }
  CommandState& command = *found->second;
  if (message.kind == MessageKind::kCredit) {
    command.input_window += parse_number(message.payload);
  } else if (message.kind == MessageKind::kExited) {
    command.status = parse_exit_status(message.payload);
    command.signal_progress();
    commands_.erase(found);
  } else {
    command.pieces.push_back({message.kind == MessageKind::kError, message.payload});
    command.signal_progress();
  }
}

void AgentChannel::send(const Message& message) {
  outgoing_ += encode(message);
  flush();
}

void AgentChannel::flush() {
  const std::size_t size = std::min(outgoing_.size(), line_window_);
  const ssize_t sent = watched_ && size > 0 ? ::send(socket_.get(), outgoing_.data(), size,
                                                     MSG_DONTWAIT | MSG_NOSIGNAL)
                                            : 0;
  if (sent > 0) {
    outgoing_.erase(0, static_cast<std::size_t>(sent));
    line_window_ -= static_cast<std::size_t>(sent);
  }
  const bool wanted = !outgoing_.empty() && line_window_ > 0;
  if (wanted == wants_writable_ || !watched_) {
    return;
  }
  wants_writable_ = wanted;
  if (host_.on_its_thread()) {
    host_.run([this](Reactor& reactor) { reactor.want_writable(socket_.get(), wants_writable_); });
    return;
  }
  // Done before close(), which asks the same thread later.
  host_.post([this](Reactor& reactor) {
    const std::lock_guard lock(mutex_);
    if (watched_) {
      reactor.want_writable(socket_.get(), wants_writable_);
    }
  });
}

// On the host's thread.
void AgentChannel::stop_watching() {
  if (watched_) {
    watched_ = false;
    host_.run([this](Reactor& reactor) { reactor.forget(socket_.get()); });
  }
}

void AgentChannel::lose(const std::string& why) {
  if (lost_.empty()) {
    lost_ = why;
  }
  for (auto& [id, command] : commands_) {
    command->lost = lost_;
    command->signal_progress();
  }
  commands_.clear();
  changed_.notify_all();
}

void AgentChannel::check_open() const {
  if (!lost_.empty()) {
    throw GuestError(lost_);
  }
}

}  // namespace violin::uml
