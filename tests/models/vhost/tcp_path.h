// Two hosts' network layers and the path between them, for TCP tests: IPv4 datagrams pass a queue
// with a rate, a loss process and a delay, in each direction on its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "core/kernel.h"
#include "core/quantity.h"
#include "core/random.h"
#include "models/vhost/tcp_stack.h"

namespace violin::tcp_test {

struct PathParameters {
  std::optional<BitRate> rate{};  // of IPv4 bytes; none: no serialisation
  std::size_t queue = SIZE_MAX;   // datagrams that wait, the one on the wire included
  Duration delay = std::chrono::milliseconds(10);
  double loss = 0;
  double duplication = 0;
  Duration jitter{0};  // uniform, on top of the delay; reorders
};

struct Datagram {
  wire::Ipv4Header header;
  Frame payload;
};

class Direction {
 public:
  using Deliver = std::function<void(const wire::Ipv4Header&, Frame, TimePoint)>;

  Direction(Kernel& kernel, const std::string& name, const PathParameters& parameters)
      : kernel_(kernel),
        origin_(kernel),
        timer_(Timer::calling<&Direction::on_timer>(kernel, origin_, *this)),
        random_(kernel.random(name)),
        parameters_(parameters) {}

  void deliver_to(Deliver deliver) { deliver_ = std::move(deliver); }
  // Sees each datagram before the path does; returns whether to drop it.
  void filter(std::function<bool(const wire::Ipv4Header&, const Frame&, TimePoint)> filter) {
    filter_ = std::move(filter);
  }
  PathParameters& parameters() { return parameters_; }
  std::uint64_t lost() const { return lost_; }
  std::uint64_t sent() const { return sent_; }

  void send(const wire::Ipv4Header& header, Frame payload, TimePoint now) {
    ++sent_;
    if (filter_ && filter_(header, payload, now)) {
      ++lost_;
      return;
    }
    if (random_.chance(parameters_.duplication)) {
      enqueue(header, payload.share(), now);
    }
    enqueue(header, std::move(payload), now);
  }

 private:
  struct Waiting {
    TimePoint due;
    std::uint64_t number;
    wire::Ipv4Header header;
    mutable Frame payload;
    bool operator>(const Waiting& o) const {
      return due != o.due ? due > o.due : number > o.number;
    }
  };

  void enqueue(const wire::Ipv4Header& header, Frame payload, TimePoint now) {
    while (!departures_.empty() && departures_.front() <= now) {
      departures_.pop();
    }
    if (departures_.size() >= parameters_.queue || random_.chance(parameters_.loss)) {
      ++lost_;
      return;
    }
    TimePoint leaves = now;
    if (parameters_.rate) {
      const Bytes size{payload.size().value + wire::Ipv4Header::kMinSize};
      free_at_ = std::max(free_at_, now) + serialiser_.next(size, *parameters_.rate);
      leaves = free_at_;
      departures_.push(leaves);
    }
    const auto jitter = Duration(static_cast<std::int64_t>(
        random_.uniform() * static_cast<double>(parameters_.jitter.count())));
    in_flight_.push({leaves + parameters_.delay + jitter, number_++, header, std::move(payload)});
    timer_.arm(in_flight_.top().due);
  }

  void on_timer() {
    const TimePoint now = kernel_.now();
    while (!in_flight_.empty() && in_flight_.top().due <= now) {
      const wire::Ipv4Header header = in_flight_.top().header;
      Frame payload = std::move(in_flight_.top().payload);
      in_flight_.pop();
      deliver_(header, std::move(payload), now);
    }
    if (!in_flight_.empty()) {
      timer_.arm(in_flight_.top().due);
    }
  }

  Kernel& kernel_;
  EventOrigin origin_;
  Timer timer_;
  RandomStream random_;
  PathParameters parameters_;
  Deliver deliver_;
  std::function<bool(const wire::Ipv4Header&, const Frame&, TimePoint)> filter_;
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> in_flight_;
  std::queue<TimePoint> departures_;
  Serialiser serialiser_;
  TimePoint free_at_{};
  std::uint64_t number_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t sent_ = 0;
};

// A network layer with one interface and one TCP.
class Host final : public IpOutput {
 public:
  Host(Kernel& kernel, std::string name, Ipv4Address address, Direction& out,
       const TcpConfig& config)
      : name_(std::move(name)),
        address_(address),
        out_(out),
        origin_(kernel),
        stack_({kernel, origin_, ledger_, *this, name_}, config) {}

  TcpStack& stack() { return stack_; }
  Ipv4Address address() const { return address_; }
  Ledger& ledger() { return ledger_; }
  void set_mtu(std::uint32_t mtu) { mtu_ = mtu; }

  void take(const wire::Ipv4Header& header, Frame payload, TimePoint now) {
    ++ledger_.in;
    stack_.on_segment(header, std::move(payload), now);
  }
  void send_datagram(wire::IpProtocol protocol, Ipv4Address source, Ipv4Address destination,
                     Frame payload, const IpSendOptions& options, TimePoint now) override {
    wire::Ipv4Header header;
    header.protocol = protocol;
    header.source = source;
    header.destination = destination;
    header.dont_fragment = options.dont_fragment;
    header.total_length =
        static_cast<std::uint16_t>(payload.size().value + wire::Ipv4Header::kMinSize);
    ++ledger_.originated;
    ++ledger_.out;
    out_.send(header, std::move(payload), now);
  }
  std::optional<Ipv4Address> source_for(Ipv4Address) const override { return address_; }
  std::uint32_t path_mtu(Ipv4Address, TimePoint) const override { return mtu_; }

 private:
  std::string name_;
  Ipv4Address address_;
  Direction& out_;
  std::uint32_t mtu_ = 1500;
  Ledger ledger_;
  EventOrigin origin_;
  TcpStack stack_;
};

// Two hosts, A and B, and the path between them.
class Network {
 public:
  explicit Network(const PathParameters& path, const TcpConfig& config = {}, std::uint64_t seed = 1)
      : kernel(seed),
        there(kernel, "there", path),
        back(kernel, "back", path),
        a(kernel, "a", Ipv4Address(10, 0, 0, 1), there, config),
        b(kernel, "b", Ipv4Address(10, 0, 0, 2), back, config) {
    there.deliver_to([this](const wire::Ipv4Header& h, Frame f, TimePoint now) {
      b.take(h, std::move(f), now);
    });
    back.deliver_to([this](const wire::Ipv4Header& h, Frame f, TimePoint now) {
      a.take(h, std::move(f), now);
    });
  }

  Kernel kernel;
  Direction there;
  Direction back;
  Host a;
  Host b;
};

// Sends `total` bytes, then closes; counts what happens to it.
class Source : public TcpSocketEvents {
 public:
  explicit Source(std::uint64_t total) : left_(total) {}

  void open(Host& from, const Host& to, TimePoint now) {
    socket = from.stack().connect(to.address(), 80, *this, now);
  }
  void on_connected(TcpSocket& s) override {
    connected = true;
    push(s);
  }
  void on_writable(TcpSocket& s) override { push(s); }
  void on_readable(TcpSocket&, Bytes fresh) override { received += fresh.value; }
  void on_closed(TcpSocket&, TcpEnd how) override {
    ended = how;
    socket = nullptr;
  }

  TcpSocket* socket = nullptr;
  bool connected = false;
  std::uint64_t received = 0;
  std::optional<TcpEnd> ended;

 private:
  void push(TcpSocket& s) {
    left_ -= s.send(Bytes{left_}).value;
    if (left_ == 0) {
      s.close();
    }
  }
  std::uint64_t left_;
};

// Accepts one connection or several, reads everything, answers with `answer` bytes, then closes
// when the peer has.
class Sink : public TcpListener, public TcpSocketEvents {
 public:
  explicit Sink(Host& host, std::uint64_t answer = 0) : answer_(answer) {
    host.stack().listen(80, *this);
  }

  TcpSocketEvents& on_connection(TcpSocket& s) override {
    socket = &s;
    return *this;
  }
  void on_connected(TcpSocket& s) override { answer_ -= s.send(Bytes{answer_}).value; }
  void on_readable(TcpSocket&, Bytes fresh) override { received += fresh.value; }
  void on_peer_closed(TcpSocket& s) override { s.close(); }
  void on_closed(TcpSocket&, TcpEnd how) override {
    ended = how;
    socket = nullptr;
  }

  TcpSocket* socket = nullptr;
  std::uint64_t received = 0;
  std::optional<TcpEnd> ended;

 private:
  std::uint64_t answer_;
};

}  // namespace violin::tcp_test
