#include "datapath/uml/guest_command.h"

#include <signal.h>

#include <algorithm>
#include <stdexcept>

#include "core/require.h"
#include "datapath/uml/command_state.h"

namespace violin::uml {

GuestCommand::GuestCommand(std::shared_ptr<AgentChannel> channel, std::uint32_t id,
                           std::shared_ptr<AgentChannel::CommandState> state)
    : channel_(std::move(channel)), id_(id), state_(std::move(state)) {}

GuestCommand::~GuestCommand() { abandon(); }

void GuestCommand::abandon() {
  signal(SIGKILL);
  const std::lock_guard lock(channel_->mutex_);
  if (!state_->status && state_->lost.empty()) {
    // What it still has to say would wait for credit, and it for that: let it pass.
    channel_->send({MessageKind::kCredit, id_, std::to_string(1U << 30)});
    channel_->commands_.erase(id_);
    state_->lost = "the command was abandoned";
    channel_->changed_.notify_all();
  }
}

std::optional<GuestCommand::Piece> GuestCommand::try_next() {
  const std::lock_guard lock(channel_->mutex_);
  if (state_->pieces.empty()) {
    if (!state_->status && state_->lost.empty()) {
      state_->calm();
    }
    return std::nullopt;
  }
  Piece piece = std::move(state_->pieces.front());
  state_->pieces.pop_front();
  if (!state_->status && state_->lost.empty()) {
    channel_->send({MessageKind::kCredit, id_, std::to_string(piece.bytes.size())});
  }
  return piece;
}

std::optional<GuestCommand::Piece> GuestCommand::next(Duration patience) {
  {
    std::unique_lock lock(channel_->mutex_);
    const auto ready = [this] {
      return !state_->pieces.empty() || state_->status || !state_->lost.empty();
    };
    if (patience == Duration::max()) {
      channel_->changed_.wait(lock, ready);
    } else if (!channel_->changed_.wait_for(lock, patience, ready)) {
      throw GuestError("a command in guest " + channel_->name_ + " said nothing for " +
                       to_string(patience));
    }
    if (state_->pieces.empty() && !state_->status) {
      throw GuestError(state_->lost);
    }
  }
  return try_next();
}

int GuestCommand::descriptor() const { return state_->progress.get(); }

bool GuestCommand::ended() const {
  const std::lock_guard lock(channel_->mutex_);
  return state_->pieces.empty() && (state_->status || !state_->lost.empty());
}

ExitStatus GuestCommand::status() const {
  const std::lock_guard lock(channel_->mutex_);
  if (!state_->status) {
    require(!state_->lost.empty(), "a command's status is asked for after its end");
    throw GuestError(state_->lost);
  }
  return *state_->status;
}

bool GuestCommand::write(std::string_view bytes) {
  std::unique_lock lock(channel_->mutex_);
  while (!bytes.empty()) {
    channel_->changed_.wait(lock, [this] {
      return state_->input_window > 0 || state_->status || !state_->lost.empty();
    });
    if (state_->status || !state_->lost.empty()) {
      return false;
    }
    const std::size_t size = std::min({bytes.size(), state_->input_window, kChunk});
    channel_->send({MessageKind::kInput, id_, std::string(bytes.substr(0, size))});
    state_->input_window -= size;
    bytes.remove_prefix(size);
  }
  return true;
}

void GuestCommand::end_input() {
  const std::lock_guard lock(channel_->mutex_);
  if (state_->lost.empty() && !state_->status) {
    channel_->send({MessageKind::kEndInput, id_, {}});
  }
}

void GuestCommand::signal(int number) {
  const std::lock_guard lock(channel_->mutex_);
  if (state_->lost.empty() && !state_->status) {
    channel_->send({MessageKind::kSignal, id_, std::to_string(number)});
  }
}

void GuestCommand::resize(WindowSize size) {
  const std::lock_guard lock(channel_->mutex_);
  if (state_->lost.empty() && !state_->status) {
    channel_->send({MessageKind::kResize, id_, encode(size)});
  }
}

}  // namespace violin::uml
