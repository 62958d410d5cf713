#include "bench/tunnel_relay.h"

#include <string>
#include <vector>

#include "core/require.h"
#include "datapath/tunnel/l2tpv3.h"
#include "datapath/tunnel/peer_socket.h"
#include "datapath/tunnel/segment_tunnel.h"
#include "models/vswitch/vswitch.h"
#include "models/wire/big_endian.h"

namespace violin::bench {

namespace {

using namespace std::chrono_literals;

const UdpAddress kAnywhere{Ipv4Address(127, 0, 0, 1), 0};
constexpr std::size_t kDatagrams = 512;  // in a batch of single ones
constexpr std::size_t kTrains = 32;

// A live kernel of its own, which runs when it is let.
struct Host {
  Host() {
    auto made = std::make_unique<Reactor>();
    reactor = made.get();
    kernel.go_live(std::move(made));
  }
  // One round, and the flush of the one before.
  void round() { kernel.run_until(kernel.now()); }

  Kernel kernel;
  Reactor* reactor;
};

struct CountingSink final : FrameSink {
  void receive(PortIndex, std::span<Frame> burst, TimePoint) override {
    frames += burst.size();
    for (Frame& frame : burst) {
      frame.reset();
    }
  }
  std::uint64_t frames = 0;
};

void write_addresses(std::uint8_t* frame, MacAddress to, MacAddress from) {
  wire::store48(frame, to.bits());
  wire::store48(frame + 6, from.bits());
  wire::store16(frame + 12, 0x88b5);
}

// Guests come in pairs: an even one sends to the odd one after it.
class L2tpv3Relay final : public Relay {
 public:
  L2tpv3Relay(std::size_t size, std::uint32_t guests, bool trains)
      : size_(size), guests_(guests), trains_(trains), switch_(host_.kernel, "vswitch") {
    for (std::uint32_t i = 0; i < guests; ++i) {
      // A guest's kernel takes datagrams one by one.
      sockets_.push_back(std::make_unique<DatagramSocket>(
          kAnywhere, DatagramSocketOptions{.receive_trains = trains}));
      intakes_.push_back(std::make_unique<DatagramIntake>(*sockets_.back(), pool_));
      PeerPort& port = edge_.expect("guest-" + std::to_string(i), session(i + 1));
      const PortIndex at = switch_.connect();
      port.connect({&switch_, at});
      switch_.plug(at, {&port, PortIndex{}});
      ports_.push_back(&port);
      send(i, datagram(i, MacAddress::broadcast()), size_ + kOverhead);
      host_.round();
    }
    host_.round();
    drain();
  }

  std::uint64_t fill() override {
    const std::size_t in_train = trains_
                                     ? std::min(DatagramSocket::kTrainDatagrams,
                                                DatagramSocket::kTrainBytes / (size_ + kOverhead))
                                     : 1;
    const std::size_t trains = trains_ ? kTrains : kDatagrams;
    for (std::size_t t = 0; t < trains; ++t) {
      const auto guest = static_cast<std::uint32_t>(2 * t) % guests_;
      std::vector<std::uint8_t> train;
      const auto one = datagram(guest, MacAddress::local(guest + 1));
      for (std::size_t i = 0; i < in_train; ++i) {
        train.insert(train.end(), one.begin(), one.end());
      }
      send(guest, train, one.size());
    }
    expected_ += trains * in_train;
    return trains * in_train;
  }

  void forward() override {
    while (switch_.counters().forwarded < expected_) {
      host_.round();
    }
    host_.round();
  }

  std::uint64_t drain() override {
    std::uint64_t frames = 0;
    for (auto& intake : intakes_) {
      for (auto some = intake->receive(); !some.empty(); some = intake->receive()) {
        frames += some.size();
      }
    }
    return frames;
  }

 private:
  static constexpr std::size_t kOverhead = 16;

  static std::unique_ptr<Encapsulation> session(std::uint32_t number) {
    return std::make_unique<L2tpv3>(L2tpv3Options{.send_session = number,
                                                  .receive_session = number,
                                                  .cookie_size = CookieSize::k64,
                                                  .send_cookie = number,
                                                  .receive_cookie = number});
  }
  std::vector<std::uint8_t> datagram(std::uint32_t guest, MacAddress to) const {
    Frame frame = pool_.make(size_);
    write_addresses(frame.writable().data(), to, MacAddress::local(guest));
    session(guest + 1)->encapsulate(frame);
    return {frame.bytes().begin(), frame.bytes().end()};
  }
  void send(std::uint32_t guest, std::vector<std::uint8_t> train, std::size_t each) const {
    const iovec piece{train.data(), train.size()};
    require(!TrainOutlet(*sockets_[guest]).send(edge_.local(), {&piece, 1}, train.size(), each),
            "a train leaves");
  }

  std::size_t size_;
  std::uint32_t guests_;
  bool trains_;
  mutable FramePool pool_;
  Host host_;
  VSwitch switch_;
  PeerSocket edge_{host_.kernel, *host_.reactor, "edge", kAnywhere, TunnelFormat::kL2tpv3};
  std::vector<std::unique_ptr<DatagramSocket>> sockets_;
  std::vector<std::unique_ptr<DatagramIntake>> intakes_;
  std::vector<PeerPort*> ports_;
  std::uint64_t expected_ = 0;
};

// source host --tunnel--> host with the vSwitch --tunnel--> sink host
class SegmentRelay final : public Relay {
 public:
  explicit SegmentRelay(std::size_t size) : size_(size), switch_(middle_.kernel, "vswitch") {
    plug(from_source_, source_mac_);
    plug(to_sink_, sink_mac_);
    at_sink_.connect({&sink_, PortIndex{}});
    at_source_.connect({&echoes_, PortIndex{}});
    while (!is_ready()) {
      source_.round();
      middle_.round();
      sink_host_.round();
    }
    announce();
  }

  std::uint64_t fill() override {
    const std::uint64_t frames = kTrains * std::min<std::uint64_t>(64, 65'507 / size_);
    Frame frame = source_.kernel.frames().make(size_);
    write_addresses(frame.writable().data(), sink_mac_, source_mac_);
    std::vector<Frame> burst;
    for (std::uint64_t i = 0; i < frames; ++i) {
      burst.push_back(frame.share());  // little of the cache is the source's, as in the floors
    }
    at_source_.receive(PortIndex{}, burst, source_.kernel.now());
    source_.round();
    expected_ += frames;
    return frames;
  }

  void forward() override {
    while (to_sink_.ledger().in < expected_) {
      middle_.round();
    }
    middle_.round();
  }

  std::uint64_t drain() override {
    const std::uint64_t before = sink_.frames;
    const std::uint64_t expected = to_sink_.ledger().consumed - told_;
    for (int i = 0; i < 1000 && sink_.frames - before < expected; ++i) {
      sink_host_.round();
    }
    told_ = to_sink_.ledger().consumed;
    return sink_.frames - before;
  }

 private:
  void plug(SegmentChannel& channel, MacAddress /*station*/) {
    const PortIndex at = switch_.connect();
    channel.connect({&switch_, at});
    switch_.plug(at, {&channel, PortIndex{}});
  }
  bool is_ready() const {
    const std::size_t full = kMtu - 28;
    return source_tunnel_.statistics().segment_size == full &&
           sink_tunnel_.statistics().segment_size == full &&
           to_sink_tunnel_.statistics().segment_size == full;
  }
  // Both stations become known to the switch.
  void announce() {
    Frame frame = sink_host_.kernel.frames().make(60);
    write_addresses(frame.writable().data(), source_mac_, sink_mac_);
    at_sink_.receive(PortIndex{}, {&frame, 1}, sink_host_.kernel.now());
    while (switch_.counters().learnt < 1) {
      sink_host_.round();
      middle_.round();
    }
  }
  static SegmentTunnelOptions tunnel(std::uint32_t id, UdpAddress peer) {
    return {.id = id,
            .peer = peer,
            .send_token = id,
            .receive_token = id,
            .keep_alive = 1s,
            .path_mtu = {.base = 1200, .largest = kMtu - 28}};
  }

  static constexpr std::size_t kMtu = 1500;
  std::size_t size_;
  Host source_;
  Host middle_;
  Host sink_host_;
  CountingSink sink_;
  CountingSink echoes_;
  VSwitch switch_;
  SegmentEndpoint source_end_{source_.kernel, *source_.reactor, "source", kAnywhere};
  SegmentEndpoint middle_end_{middle_.kernel, *middle_.reactor, "middle", kAnywhere};
  SegmentEndpoint sink_end_{sink_host_.kernel, *sink_host_.reactor, "sink", kAnywhere};
  SegmentTunnel& source_tunnel_ = source_end_.connect("source", tunnel(1, middle_end_.local()));
  SegmentTunnel& from_source_tunnel_ = middle_end_.connect("from", tunnel(1, source_end_.local()));
  SegmentTunnel& to_sink_tunnel_ = middle_end_.connect("to", tunnel(2, sink_end_.local()));
  SegmentTunnel& sink_tunnel_ = sink_end_.connect("sink", tunnel(2, middle_end_.local()));
  SegmentChannel& at_source_ = source_tunnel_.open(ChannelId{7}, "at_source");
  SegmentChannel& from_source_ = from_source_tunnel_.open(ChannelId{7}, "from_source");
  SegmentChannel& to_sink_ = to_sink_tunnel_.open(ChannelId{7}, "to_sink");
  SegmentChannel& at_sink_ = sink_tunnel_.open(ChannelId{7}, "at_sink");
  MacAddress source_mac_ = MacAddress::local(1);
  MacAddress sink_mac_ = MacAddress::local(2);
  std::uint64_t expected_ = 0;
  std::uint64_t told_ = 0;
};

}  // namespace

std::unique_ptr<Relay> make_l2tpv3_relay(std::size_t size, std::uint32_t guests, bool trains) {
  return std::make_unique<L2tpv3Relay>(size, guests, trains);
}

std::unique_ptr<Relay> make_segment_relay(std::size_t size) {
  return std::make_unique<SegmentRelay>(size);
}

}  // namespace violin::bench
