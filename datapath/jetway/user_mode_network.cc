#include "datapath/jetway/user_mode_network.h"

#include <arpa/inet.h>
#include <poll.h>
#include <slirp/libslirp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string>
#include <system_error>
#include <utility>

#include "datapath/jetway/jetway_error.h"

namespace violin {

namespace {

constexpr std::size_t kMostWaiting = 4096;  // frames for the VIOLIN; TCP sends again what is over

in_addr to_in_addr(Ipv4Address address) { return {.s_addr = htonl(address.bits())}; }

SlirpConfig config_of(const UserModeOptions& options) {
  SlirpConfig config{};
  config.version = 4;
  config.in_enabled = true;
  config.vnetwork = to_in_addr(options.gateway.subnet().address());
  config.vnetmask = {.s_addr = htonl(options.gateway.subnet().mask())};
  config.vhost = to_in_addr(options.gateway.address);
  config.vnameserver = to_in_addr(options.name_server.value_or(Ipv4Address{}));
  config.disable_dns = !options.name_server;
  config.disable_dhcp = true;
  config.disable_host_loopback = !options.host_loopback;
  config.if_mtu = options.mtu;
  config.if_mru = options.mtu;
  return config;
}

// The flags of the stack and those of poll(2).
struct EventName {
  int slirp;
  short poll;
};
constexpr std::array<EventName, 5> kEvents = {{{SLIRP_POLL_IN, POLLIN},
                                               {SLIRP_POLL_OUT, POLLOUT},
                                               {SLIRP_POLL_PRI, POLLPRI},
                                               {SLIRP_POLL_ERR, POLLERR},
                                               {SLIRP_POLL_HUP, POLLHUP}}};

short to_poll(int events) {
  short result = 0;
  for (const EventName& event : kEvents) {
    result = static_cast<short>(result | ((events & event.slirp) != 0 ? event.poll : 0));
  }
  return result;
}

int to_slirp(short events) {
  int result = 0;
  for (const EventName& event : kEvents) {
    result |= (events & event.poll) != 0 ? event.slirp : 0;
  }
  return result;
}

std::int64_t monotonic_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// One-shot; never without a value.
void set_timer(int timer, std::optional<std::uint32_t> milliseconds) {
  itimerspec due{};
  if (milliseconds) {
    due.it_value = {.tv_sec = *milliseconds / 1000,
                    .tv_nsec = std::max(1L, long{*milliseconds % 1000} * 1'000'000)};
  }
  timerfd_settime(timer, 0, &due, nullptr);
}

void add(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
    throw_errno("cannot watch a descriptor of the user-mode network");
  }
}

std::string to_string(const PortForward& port) {
  return std::string(port.udp ? "udp " : "tcp ") + violin::to_string(port.host_address) + ":" +
         std::to_string(port.host_port);
}

}  // namespace

// What libslirp calls; `self` is the network.
struct UserModeNetwork::Callbacks {
  static UserModeNetwork& network(void* self) { return *static_cast<UserModeNetwork*>(self); }

  static ssize_t send_packet(const void* bytes, std::size_t size, void* self) {
    UserModeNetwork& to = network(self);
    if (to.waiting_.size() == kMostWaiting) {
      ++to.lost_;
    } else {
      to.waiting_.push_back(to.pool_.copy_of({static_cast<const std::uint8_t*>(bytes), size}));
    }
    return static_cast<ssize_t>(size);
  }
  static void guest_error(const char* /*message*/, void* /*self*/) {}
  static std::int64_t clock_get_ns(void* /*self*/) { return monotonic_nanoseconds(); }
  // Timers serve router advertisements, which IPv4 has none of.
  static void* timer_new(SlirpTimerCb /*callback*/, void* /*context*/, void* self) { return self; }
  static void timer_free(void* /*timer*/, void* /*self*/) {}
  static void timer_mod(void* /*timer*/, std::int64_t /*due*/, void* /*self*/) {}
  static void register_poll_fd(int /*fd*/, void* /*self*/) {}
  // Before it is closed; its number may come again.
  static void unregister_poll_fd(int fd, void* self) {
    if (network(self).watched_.erase(fd) != 0) {
      epoll_ctl(network(self).epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    }
  }
  static void notify(void* /*self*/) {}

  static int add_poll(int fd, int events, void* self) {
    network(self).sockets_.push_back({fd, to_poll(events), 0});
    return static_cast<int>(network(self).sockets_.size()) - 1;
  }
  static int get_revents(int index, void* self) {
    return to_slirp(network(self).sockets_[static_cast<std::size_t>(index)].ready);
  }

  static constexpr SlirpCb kTable = {.send_packet = send_packet,
                                     .guest_error = guest_error,
                                     .clock_get_ns = clock_get_ns,
                                     .timer_new = timer_new,
                                     .timer_free = timer_free,
                                     .timer_mod = timer_mod,
                                     .register_poll_fd = register_poll_fd,
                                     .unregister_poll_fd = unregister_poll_fd,
                                     .notify = notify,
                                     .init_completed = nullptr,
                                     .timer_new_opaque = nullptr};
};

void UserModeNetwork::Close::operator()(Slirp* slirp) const { slirp_cleanup(slirp); }

UserModeNetwork::UserModeNetwork(const UserModeOptions& options, FramePool& pool)
    : pool_(pool),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      timer_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)),
      service_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!epoll_ || !timer_ || !service_) {
    throw_errno("cannot make the descriptors of the user-mode network");
  }
  add(epoll_.get(), timer_.get());
  add(epoll_.get(), service_.get());
  const SlirpConfig config = config_of(options);
  slirp_.reset(slirp_new(&config, &Callbacks::kTable, this));
  if (!slirp_) {
    throw JetwayError("cannot start the user-mode network", "libslirp refused the options",
                      "give a gateway within its subnet and an MTU from 68 to 65521");
  }
  std::ranges::for_each(options.forwards, [&](const PortForward& port) { forward(port); });
  watch_sockets();
}

UserModeNetwork::~UserModeNetwork() = default;

void UserModeNetwork::forward(const PortForward& port) {
  if (slirp_add_hostfwd(slirp_.get(), port.udp ? 1 : 0, to_in_addr(port.host_address),
                        port.host_port, to_in_addr(port.inside_address), port.inside_port) != 0) {
    throw JetwayError("cannot forward " + to_string(port), std::generic_category().message(errno),
                      "choose a port that is free (above 1023 as an ordinary user)");
  }
}

std::optional<Drop> UserModeNetwork::send(const Frame& frame) {
  auto bytes = frame.bytes();
  if (frame.elided() > 0) {
    bytes_.assign(bytes.begin(), bytes.end());
    bytes_.resize(frame.size().value);
    bytes = bytes_;
  }
  slirp_input(slirp_.get(), bytes.data(), static_cast<int>(bytes.size()));
  ask_for_service();
  return std::nullopt;
}

std::span<Frame> UserModeNetwork::read() {
  std::uint64_t ignored = 0;
  [[maybe_unused]] auto n = ::read(timer_.get(), &ignored, sizeof ignored);
  n = ::read(service_.get(), &ignored, sizeof ignored);
  service_asked_ = false;
  serve_sockets();
  watch_sockets();
  taken_.clear();
  taken_.swap(waiting_);
  return taken_;
}

// What the stack held back until it knew a station's MAC address leaves only when it is served.
void UserModeNetwork::ask_for_service() {
  if (!std::exchange(service_asked_, true)) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto n = ::write(service_.get(), &one, sizeof one);
  }
}

// Lets the stack read and write those that are ready.
void UserModeNetwork::serve_sockets() {
  std::vector<pollfd> polled;
  polled.reserve(sockets_.size());
  for (const Watched& socket : sockets_) {
    polled.push_back({.fd = socket.fd, .events = socket.events, .revents = 0});
  }
  const int ready = ::poll(polled.data(), polled.size(), 0);
  for (std::size_t i = 0; i < polled.size(); ++i) {
    sockets_[i].ready = polled[i].revents;
  }
  slirp_pollfds_poll(slirp_.get(), ready < 0 ? 1 : 0, Callbacks::get_revents, this);
}

// Asks the stack what it waits for, and sees to it that epoll does.
void UserModeNetwork::watch_sockets() {
  sockets_.clear();
  std::uint32_t timeout = std::numeric_limits<std::uint32_t>::max();
  slirp_pollfds_fill(slirp_.get(), &timeout, Callbacks::add_poll, this);
  std::ranges::for_each(sockets_, [&](const Watched& socket) { watch(socket); });
  // What it does not wait for any more would otherwise wake us for nothing.
  for (auto& [fd, events] : watched_) {
    if (events != 0 && std::ranges::none_of(sockets_, [fd = fd](const Watched& socket) {
          return socket.fd == fd;
        })) {
      watch({fd, 0, 0});
    }
  }
  set_timer(timer_.get(), timeout == std::numeric_limits<std::uint32_t>::max()
                              ? std::nullopt
                              : std::optional(timeout));
}

void UserModeNetwork::watch(const Watched& socket) {
  const auto [known, fresh] = watched_.try_emplace(socket.fd, socket.events);
  if (!fresh && known->second == socket.events) {
    return;
  }
  known->second = socket.events;
  epoll_event event{};
  // The bits of poll and epoll are the same.
  event.events = static_cast<std::uint32_t>(socket.events);
  event.data.fd = socket.fd;
  if (epoll_ctl(epoll_.get(), fresh ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket.fd, &event) != 0) {
    epoll_ctl(epoll_.get(), fresh ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket.fd, &event);
  }
}

}  // namespace violin
