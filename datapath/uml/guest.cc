#include "datapath/uml/guest.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include "core/require.h"
#include "datapath/uml/remains.h"

namespace violin::uml {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct Ends {
  FileDescriptor ours;
  FileDescriptor theirs;
};

// A guest that waits for its turn on a busy host is to find what came meanwhile: 30 ms at 1 Gbit/s.
constexpr Bytes kReceiveBuffer{4 << 20};

Ends make_line() {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0) {
    throw_errno("cannot make a line into a guest");
  }
  return {FileDescriptor(fds[0]), FileDescriptor(fds[1])};
}

Ends make_console() {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) {
    throw_errno("cannot make a guest's console");
  }
  return {FileDescriptor(fds[0]), FileDescriptor(fds[1])};
}

// The guest's driver does not say why it cannot open its socket.
std::string why_not(const VNic& vnic) {
  const auto* cable = std::get_if<L2tpv3Cable>(&vnic.cable);
  if (cable == nullptr) {
    return {};
  }
  const FileDescriptor probe(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(cable->local_port);
  address.sin_addr.s_addr = htonl(cable->local.bits());
  if (::bind(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return {};
  }
  return fmt::format("; UDP port {} of {}: {}: choose another", cable->local_port,
                     violin::to_string(cable->local), std::strerror(errno));
}

Duration since(Clock::time_point then) { return Clock::now() - then; }

}  // namespace

std::string_view to_string(GuestState state) {
  constexpr std::array<std::string_view, 5> kNames{"stopped", "booting", "running", "paused",
                                                   "died"};
  return kNames[static_cast<std::size_t>(state)];
}

Guest::Guest(GuestHost& host, GuestSpec spec, const fs::path& directory)
    : host_(host), spec_(std::move(spec)), directory_(fs::absolute(directory)) {
  check(spec_);
}

Guest::~Guest() {
  try {
    remove();
  } catch (const std::exception&) {
    // Who must know has called remove().
  }
}

void Guest::start() {
  if (state() == GuestState::kDied) {
    kill();
  }
  require(!session_, "a guest that is started has ended before");
  const auto* disk = std::get_if<DiskRoot>(&spec_.root);
  if (disk != nullptr && !fs::exists(disk->image)) {
    throw GuestError(fmt::format("cannot start guest {}: there is no image {}: violin image build",
                                 spec_.name, disk->image.string()));
  }
  const FileDescriptor token = make_token(directory_, spec_.kernel);
  used_ = true;
  Ends line = make_line();
  Ends console = make_console();
  const int initramfs = std::holds_alternative<BusyboxRoot>(spec_.root) ? host_.busybox_initramfs()
                                                                        : host_.minimal_initramfs();
  const Launch launch{.program = spec_.kernel,
                      .arguments = kernel_command_line(spec_),
                      .directory = directory_,
                      .descriptors = {{console.theirs.get(), kConsoleFd},
                                      {console.theirs.get(), kConsoleFd + 1},
                                      {line.theirs.get(), kLineFd},
                                      {token.get(), kTokenFd},
                                      {initramfs, kInitramfsFd}}};
  boot_time_.reset();
  how_it_died_.clear();
  vnics_.clear();
  started_ = Clock::now();
  console_ =
      std::make_unique<ConsoleLog>(host_, std::move(console.ours), directory_ / kConsoleFile);
  auto channel =
      std::make_shared<AgentChannel>(host_, std::move(line.ours), spec_.name, system_lines(spec_));
  {
    const std::lock_guard lock(mutex_);
    channel_ = std::move(channel);
  }
  try {
    session_ = std::make_unique<Session>(launch);
  } catch (const std::system_error& error) {
    end();
    throw GuestError(fmt::format("cannot start guest {}: {}{}", spec_.name, error.what(),
                                 error.code() == std::errc::no_such_file_or_directory
                                     ? ": apt-get install user-mode-linux"
                                     : ""));
  }
  state_ = GuestState::kBooting;
  host_.run([this](Reactor& reactor) {
    reactor.watch(session_->pidfd(), *this);
    watched_ = true;
  });
}

// Its processes that are left still hold their end of the line, so the channel does not notice.
void Guest::on_readable(TimePoint /*now*/) {
  session_->signal_all();
  stop_watching();
  channel_->close();
  if (on_death_) {
    on_death_();
  }
}

void Guest::stop_watching() {
  host_.run([this](Reactor& reactor) {
    if (watched_) {
      reactor.forget(session_->pidfd());
      watched_ = false;
    }
  });
}

void Guest::wait_until_ready(Duration patience) {
  require(state_ == GuestState::kBooting, "a guest is started before it gets ready");
  try {
    if (!channel_->wait_until_set_up(patience)) {
      fail_boot("is not ready after " + violin::to_string(patience));
    }
    mconsole_ = std::make_unique<Mconsole>(directory_ / kUmid / "mconsole");
    for (std::size_t i = 0; i < spec_.vnics.size(); ++i) {
      attach_vnic(i, spec_.vnics[i]);
    }
    if (!spec_.routes.empty()) {
      channel_->set_up(route_lines(spec_.routes), kPatience);
    }
  } catch (const GuestError&) {
    if (channel_->closed()) {
      session_->wait(std::chrono::seconds(1));  // its line ends a moment before it does
    }
    if (state() == GuestState::kDied) {
      fail_boot(how_it_died_ + " before it was ready");
    }
    throw;
  }
  boot_time_ = since(started_);
  state_ = GuestState::kRunning;
}

void Guest::fail_boot(const std::string& what) {
  throw GuestError(fmt::format("guest {} ({}) {}; the last of its console:\n{}", spec_.name,
                               spec_.kernel.string(), what, console()));
}

void Guest::attach_vnic(std::size_t index, const VNic& vnic) {
  mconsole().config(device_of(index, vnic));
  try {
    channel()->set_up(vnic_lines(index, vnic), kPatience);
  } catch (const GuestError& error) {
    try {
      mconsole().remove(fmt::format("vec{}", index));
    } catch (const MconsoleError&) {
      // The first error says more.
    }
    throw GuestError(error.what() + why_not(vnic));
  }
  vnics_.resize(std::max(vnics_.size(), index + 1));
  vnics_[index] = vnic;
  if (const auto socket = socket_of(index)) {
    socket->ask_receive_buffer(kReceiveBuffer);
  }
}

std::size_t Guest::add_vnic(const VNic& vnic) {
  std::size_t index = 0;
  while (index < vnics_.size() && vnics_[index]) {
    ++index;
  }
  attach_vnic(index, vnic);
  return index;
}

void Guest::remove_vnic(std::size_t index) {
  require(index < vnics_.size() && vnics_[index].has_value(), "a vNIC that is removed is there");
  channel()->set_up(fmt::format("link\tvec{}\tdown\n", index), kPatience);
  mconsole().remove(fmt::format("vec{}", index));
  vnics_[index].reset();
}

VNicCounters Guest::counters(std::size_t index) {
  require(index < vnics_.size() && vnics_[index].has_value(), "a vNIC that is counted is there");
  VNicCounters counters = parse_net_dev(read_file("/proc/net/dev"))[fmt::format("vec{}", index)];
  counters.socket_overruns = socket_overruns(index);
  return counters;
}

std::uint64_t Guest::socket_overruns(std::size_t index) const {
  require(index < vnics_.size() && vnics_[index].has_value(), "a vNIC that is counted is there");
  const auto socket = socket_of(index);
  return socket ? socket->drops() : 0;
}

std::optional<Bytes> Guest::receive_buffer(std::size_t index) const {
  const auto socket = socket_of(index);
  return socket ? socket->receive_buffer() : std::nullopt;
}

std::optional<VNicSocket> Guest::socket_of(std::size_t index) const {
  const auto* cable = std::get_if<L2tpv3Cable>(&vnics_.at(index)->cable);
  return cable == nullptr ? std::nullopt
                          : VNicSocket::find(*session_, cable->local, cable->local_port);
}

void Guest::pause() {
  require(state_ == GuestState::kRunning, "a guest that is paused runs");
  mconsole().stop();
  state_ = GuestState::kPaused;
}

void Guest::resume() {
  require(state_ == GuestState::kPaused, "a guest that is resumed was paused");
  mconsole().go();
  state_ = GuestState::kRunning;
}

void Guest::set_vnics(std::vector<VNic> vnics) {
  require(!session_, "a guest's vNICs are set while it does not run");
  GuestSpec changed = spec_;
  changed.vnics = std::move(vnics);
  check(changed);
  spec_ = std::move(changed);
}

void Guest::stop(Duration grace) {
  if (state() == GuestState::kRunning || state_ == GuestState::kPaused) {
    stop_watching();
    try {
      if (state_ == GuestState::kPaused) {
        resume();
      }
      channel_->power_off();
      session_->wait(grace);
    } catch (const std::runtime_error&) {
      // It does not listen: then it is killed.
    }
  }
  kill();
}

void Guest::kill() {
  if (session_) {
    stop_watching();
    session_->kill();
  }
  end();
  state_ = GuestState::kStopped;
}

void Guest::end() {
  if (channel_) {
    channel_->close();
    const std::lock_guard lock(mutex_);
    channel_.reset();
  }
  mconsole_.reset();
  session_.reset();
  console_.reset();
}

void Guest::remove() {
  kill();
  if (std::exchange(used_, false)) {
    remove_guest_files(directory_);
  }
}

GuestState Guest::state() {
  const bool lives = state_ == GuestState::kBooting || state_ == GuestState::kRunning ||
                     state_ == GuestState::kPaused;
  if (lives && session_) {
    if (const auto status = session_->wait(Duration{0})) {
      how_it_died_ = describe_wait_status(*status);
      state_ = GuestState::kDied;
    }
  }
  return state_;
}

std::string Guest::how_it_died() const { return how_it_died_; }

int Guest::exit_descriptor() const {
  require(session_ != nullptr, "a guest's end can be watched once it was started");
  return session_->pidfd();
}

pid_t Guest::session_id() const {
  require(session_ != nullptr, "a guest has a session once it was started");
  return session_->id();
}

std::shared_ptr<AgentChannel> Guest::channel() {
  const std::lock_guard lock(mutex_);
  if (!channel_) {
    throw GuestError("guest " + spec_.name + " is not running");
  }
  return channel_;
}

Mconsole& Guest::mconsole() {
  if (!mconsole_) {
    throw GuestError("guest " + spec_.name + " is not running");
  }
  return *mconsole_;
}

std::unique_ptr<GuestCommand> Guest::exec(const ExecRequest& request) {
  return channel()->exec(request);
}

GuestOutcome Guest::run(const std::vector<std::string>& argv, std::string_view input,
                        Duration patience) {
  const auto until = Clock::now() + patience;
  const auto command = exec({argv, {}, {}, std::nullopt});
  std::thread writer([&] {
    command->write(input);
    command->end_input();
  });
  GuestOutcome outcome;
  try {
    while (auto piece = command->next(std::max(Duration{0}, Duration(until - Clock::now())))) {
      (piece->error ? outcome.error : outcome.output) += piece->bytes;
    }
    outcome.status = command->status();
  } catch (...) {
    command->abandon();
    writer.join();
    throw;
  }
  writer.join();
  return outcome;
}

Bytes Guest::memory() const { return session_ ? session_->memory() : Bytes{0}; }

std::string Guest::console() const { return console_ ? console_->last_lines(12) : std::string(); }

}  // namespace violin::uml
