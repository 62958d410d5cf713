#include "bench/floors/bare_hops.h"

#include <algorithm>
#include <memory_resource>
#include <queue>
#include <utility>
#include <vector>

#include "bench/floors/heap4.h"

namespace violin::bench {
namespace {

constexpr std::uint32_t kMost = 256;  // in a ring: 100 that wait and 122 in flight fit

struct Packet {
  std::int64_t due;
  std::uint32_t destination;  // site
};

// Grows to what a link needs: memory that is never touched again would cost more than time.
class Ring {
 public:
  bool empty() const { return head_ == tail_; }
  bool full() const { return tail_ - head_ == kMost; }
  Packet& front() { return at(head_); }
  void push(Packet packet) {
    if (tail_ - head_ == packets_.size()) [[unlikely]] {
      grow();
    }
    at(tail_++) = packet;
  }
  Packet take() { return at(head_++); }

 private:
  Packet& at(std::uint32_t index) { return packets_[index & (packets_.size() - 1)]; }
  void grow() {
    std::vector<Packet> larger(std::max<std::size_t>(4, 2 * packets_.size()));
    for (std::uint32_t i = head_; i != tail_; ++i) {
      larger[i & (larger.size() - 1)] = at(i);
    }
    packets_ = std::move(larger);
  }

  std::vector<Packet> packets_;
  std::uint32_t head_ = 0;
  std::uint32_t tail_ = 0;
};

// Nodes are the sites' routers, then the sites' hosts. next_[node][site] is the link to take.
class Topology {
 public:
  explicit Topology(const PacketScenario& scenario) : sites_(scenario.sites) {
    for (const auto& [a, b] : scenario.cables) {
      add_cable(a, b);
    }
    for (std::uint32_t site = 0; site < sites_; ++site) {
      add_cable(site, sites_ + site);
    }
    next_.resize(std::size_t{2} * sites_ * sites_);
    for (std::uint32_t site = 0; site < sites_; ++site) {
      route_to(site);
    }
  }
  std::uint32_t sites() const { return sites_; }
  std::size_t links() const { return ends_.size(); }
  std::uint32_t end(std::uint32_t link) const { return ends_[link]; }
  std::uint32_t next(std::uint32_t node, std::uint32_t site) const {
    return next_[std::size_t{node} * sites_ + site];
  }

 private:
  // Link k and k ^ 1 are the two directions of one cable.
  void add_cable(std::uint32_t a, std::uint32_t b) {
    ends_.push_back(b);
    ends_.push_back(a);
  }
  void route_to(std::uint32_t site) {
    std::vector<std::vector<std::uint32_t>> into(std::size_t{2} * sites_);
    for (std::uint32_t link = 0; link < ends_.size(); ++link) {
      into[ends_[link]].push_back(link);
    }
    std::vector<bool> known(into.size());
    std::queue<std::uint32_t> nodes({sites_ + site});
    known[sites_ + site] = true;
    for (; !nodes.empty(); nodes.pop()) {
      for (const std::uint32_t link : into[nodes.front()]) {
        const std::uint32_t from = ends_[link ^ 1];
        if (!known[from]) {
          known[from] = true;
          next_[std::size_t{from} * sites_ + site] = link;
          nodes.push(from);
        }
      }
    }
  }

  std::uint32_t sites_;
  std::vector<std::uint32_t> ends_;
  std::vector<std::uint32_t> next_;
};

template <EventsPerHop kEvents>
class BareHops final : public Engine {
 public:
  explicit BareHops(const PacketScenario& scenario)
      : topology_(scenario),
        links_(topology_.links()),
        flows_(scenario.flows),
        interval_(scenario.interval().count()),
        transmission_(
            Serialiser().next(Bytes{PacketScenario::kPayload + 66}, scenario.link_rate).count()),
        delay_(scenario.link_delay.count()),
        events_(2 * links_.size() + flows_.size(), *std::pmr::get_default_resource()) {
    for (std::size_t i = 0; i < flows_.size(); ++i) {
      events_.push({flows_[i].start.count(), key(kSend, static_cast<std::uint32_t>(i))});
    }
  }

  void run_for(Duration d) override {
    end_ += d.count();
    while (events_.top().due <= end_) {
      const Event event = events_.top();
      const auto which = static_cast<std::uint32_t>(event.key);
      switch (static_cast<Kind>(event.key >> 32)) {
        case kArrive:
          arrive(event, which);
          break;
        case kDepart:
          depart(event, which);
          break;
        case kSend:
          events_.replace_top({event.due + interval_, event.key});
          send(topology_.sites() + flows_[which].from, flows_[which].to, event.due);
          break;
      }
    }
  }
  std::uint64_t items() const override { return hops_; }

 private:
  enum Kind : std::uint8_t { kArrive, kDepart, kSend };
  struct Link {
    std::int64_t busy_until = 0;
    bool busy = false;
    Ring flight;
    Ring waiting;
  };
  static std::uint64_t key(Kind kind, std::uint32_t which) {
    return std::uint64_t{kind} << 32 | which;
  }

  void arrive(const Event& event, std::uint32_t which) {
    Ring& flight = links_[which].flight;
    const Packet packet = flight.take();
    if (flight.empty()) {
      events_.pop();
    } else {
      events_.replace_top({flight.front().due, event.key});
    }
    ++hops_;
    const std::uint32_t node = topology_.end(which);
    if (node != topology_.sites() + packet.destination) {
      send(node, packet.destination, event.due);
    }
  }
  void depart(const Event& event, std::uint32_t which) {
    Link& link = links_[which];
    if (link.waiting.empty()) {
      link.busy = false;
      events_.pop();
    } else {
      events_.replace_top({event.due + transmission_, event.key});
      fly(link, which, link.waiting.take().destination, event.due + transmission_);
    }
  }
  void send(std::uint32_t node, std::uint32_t destination, std::int64_t now) {
    const std::uint32_t which = topology_.next(node, destination);
    Link& link = links_[which];
    if constexpr (kEvents == EventsPerHop::kOne) {
      link.busy_until = std::max(now, link.busy_until) + transmission_;
      fly(link, which, destination, link.busy_until);
    } else if (link.busy) {
      if (!link.waiting.full()) {
        link.waiting.push({now, destination});
      }
    } else {
      link.busy = true;
      events_.push({now + transmission_, key(kDepart, which)});
      fly(link, which, destination, now + transmission_);
    }
  }
  // Leaves the sender at `departure`.
  void fly(Link& link, std::uint32_t which, std::uint32_t destination, std::int64_t departure) {
    if (link.flight.full()) {
      return;
    }
    if (link.flight.empty()) {
      events_.push({departure + delay_, key(kArrive, which)});
    }
    link.flight.push({departure + delay_, destination});
  }

  Topology topology_;
  std::vector<Link> links_;
  std::vector<PacketFlow> flows_;
  std::int64_t interval_;
  std::int64_t transmission_;
  std::int64_t delay_;
  Heap4 events_;
  std::int64_t end_ = 0;
  std::uint64_t hops_ = 0;
};

}  // namespace

std::unique_ptr<Engine> make_bare_hops(const PacketScenario& scenario, EventsPerHop events) {
  if (events == EventsPerHop::kOne) {
    return std::make_unique<BareHops<EventsPerHop::kOne>>(scenario);
  }
  return std::make_unique<BareHops<EventsPerHop::kTwo>>(scenario);
}

}  // namespace violin::bench
