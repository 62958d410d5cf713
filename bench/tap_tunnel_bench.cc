// TCP between two hosts' namespaces, joined over a veth pair of MTU 1500: by TAP jetways and the
// segment tunnel between two overlay hosts, beside peers and floors in the same run. Needs root.
//
//   floor/veth      the veth pair alone
//   floor/single    TAP to UDP to TAP, one datagram a frame (inner MTU 1458: it has no
//   fragmentation) peer/vxlan      the kernel's VXLAN device (inner MTU 1450) peer/tinc       tinc
//   in switch mode without cipher and digest, where it is installed violin/frames   complete frames
//   of the inner MTU 1500 through jetway, tunnel, jetway violin/super    super-frames whole; inner
//   MTU 1500 violin/one-host jetway, vSwitch, jetway without a tunnel, super-frames whole
//
// An overlay host is a thread with its own kernel. All share the machine's cores with TCP's two
// ends.
#include <benchmark/benchmark.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "bench/floors/tap_udp_relay.h"
#include "bench/overlay_pair.h"
#include "datapath/jetway/jetway.h"
#include "datapath/jetway/network_namespace.h"
#include "datapath/jetway/offload_header.h"
#include "datapath/jetway/tap_device.h"
#include "datapath/tunnel/segment_tunnel.h"
#include "models/vswitch/vswitch.h"

namespace violin::bench {
namespace {

using namespace std::chrono_literals;

constexpr Duration kMeasured = 3s;
constexpr std::uint16_t kPort = 7788;

// A kernel in a thread of its own, and what `build` makes in it.
class OverlayHost {
 public:
  using Parts = std::shared_ptr<void>;
  using Build = std::function<Parts(Kernel&, Reactor&)>;

  explicit OverlayHost(Build build) : thread_([this, build = std::move(build)] { live(build); }) {
    while (!ready_) {
      std::this_thread::sleep_for(1ms);
    }
    if (failure_) {
      thread_.join();
      std::rethrow_exception(failure_);
    }
  }
  ~OverlayHost() {
    reactor_.load()->post([this] { kernel_.load()->stop(); });
  }

 private:
  void live(const Build& build) {
    auto reactor = std::make_unique<Reactor>();
    reactor_ = reactor.get();
    Kernel kernel(1, std::move(reactor));
    kernel_ = &kernel;
    try {
      const Parts parts = build(kernel, *reactor_);
      ready_ = true;
      kernel.run();
    } catch (...) {
      failure_ = std::current_exception();
      ready_ = true;
    }
  }
  std::atomic<Reactor*> reactor_ = nullptr;
  std::atomic<Kernel*> kernel_ = nullptr;
  std::atomic<bool> ready_ = false;
  std::exception_ptr failure_;  // before it was ready
  std::jthread thread_;
};

std::unique_ptr<TapDevice> tap(Kernel& kernel, const OverlayPair& pair, std::size_t host) {
  return std::make_unique<TapDevice>(
      TapOptions{.owner = "bench",
                 .device = "jet0",
                 .network_namespace = pair.path(host),
                 .address = Ipv4Interface{OverlayPair::kInner[host], 24}},
      kernel.frames());
}

// TAP jetway, the offload's header if super-frames go whole, tunnel.
struct TunnelEnd {
  TunnelEnd(Kernel& kernel, Reactor& reactor, const OverlayPair& pair, std::size_t host,
            bool super_frames)
      : jetway(kernel, "jetway", reactor, {.policy = JetwayPolicy{}, .super_frames = super_frames}),
        header(kernel, "header"),
        endpoint(endpoint_in(kernel, reactor, pair, host)) {
    SegmentTunnel& tunnel =
        endpoint->connect("tunnel", {.id = 1,
                                     .peer = {OverlayPair::kUnderlay[1 - host], kPort},
                                     .send_token = 10 + host,
                                     .receive_token = 11 - host,
                                     .path_mtu = {}});
    SegmentChannel& channel = tunnel.open(ChannelId{1}, "channel");
    if (super_frames) {
      header.plug(OffloadHeader::kNetwork, {&jetway, PortIndex{0}});
      header.plug(OffloadHeader::kTunnel, {&channel, PortIndex{0}});
      jetway.connect({&header, OffloadHeader::kNetwork});
      channel.connect({&header, OffloadHeader::kTunnel});
    } else {
      jetway.connect({&channel, PortIndex{0}});
      channel.connect({&jetway, PortIndex{0}});
    }
    jetway.open(tap(kernel, pair, host));
  }
  static std::unique_ptr<SegmentEndpoint> endpoint_in(Kernel& kernel, Reactor& reactor,
                                                      const OverlayPair& pair, std::size_t host) {
    const NamespaceVisit visit(pair.path(host));
    return std::make_unique<SegmentEndpoint>(kernel, reactor, "endpoint",
                                             UdpAddress{OverlayPair::kUnderlay[host], kPort});
  }

  Jetway jetway;
  OffloadHeader header;
  std::unique_ptr<SegmentEndpoint> endpoint;
};

// Both namespaces at one vSwitch.
struct OneHost {
  OneHost(Kernel& kernel, Reactor& reactor, const OverlayPair& pair) : lan(kernel, "vSwitch") {
    for (const std::size_t host : {0U, 1U}) {
      jetways[host].emplace(kernel, "jetway" + std::to_string(host), reactor,
                            JetwayOptions{.policy = JetwayPolicy{}, .super_frames = true});
      const PortIndex port = lan.connect();
      lan.plug(port, {&*jetways[host], PortIndex{0}});
      jetways[host]->connect({&lan, port});
      jetways[host]->open(tap(kernel, pair, host));
    }
  }
  VSwitch lan;
  std::array<std::optional<Jetway>, 2> jetways;
};

void report(benchmark::State& state, const OverlayPair& pair, Ipv4Address to) {
  pair.await(to);
  for (auto _ : state) {
    state.counters["Gbit/s"] = pair.tcp(to, kMeasured) / 1e9;
    state.counters["rtt_us"] =
        std::chrono::duration<double, std::micro>(pair.round_trip(to)).count();
  }
}

void veth(benchmark::State& state) {
  const OverlayPair pair;
  report(state, pair, OverlayPair::kUnderlay[1]);
}

void single(benchmark::State& state) {
  const OverlayPair pair;
  std::array<std::optional<TapUdpRelay>, 2> ends;
  for (const std::size_t host : {0U, 1U}) {
    ends[host].emplace(TapUdpRelay::End{pair.path(host), OverlayPair::kUnderlay[host],
                                        OverlayPair::kUnderlay[1 - host]});
    pair.run(host, "ip address add " + to_string(OverlayPair::kInner[host]) + "/24 dev floor0");
    pair.run(host, "ip link set floor0 mtu 1458 up");
  }
  report(state, pair, OverlayPair::kInner[1]);
}

void vxlan(benchmark::State& state) {
  const OverlayPair pair;
  for (const std::size_t host : {0U, 1U}) {
    pair.run(host, "ip link add vx0 type vxlan id 7 dstport 4789 dev underlay remote " +
                       to_string(OverlayPair::kUnderlay[1 - host]));
    pair.run(host, "ip address add " + to_string(OverlayPair::kInner[host]) + "/24 dev vx0");
    pair.run(host, "ip link set vx0 up");
  }
  report(state, pair, OverlayPair::kInner[1]);
}

// tincd of one host, until it is destroyed.
class Tincd {
 public:
  Tincd(const OverlayPair& pair, const std::filesystem::path& directory, std::size_t host) {
    const std::string name = pair.name(host);
    const std::string pid_file = directory.string() + "/pid";
    child_ = ::fork();
    if (child_ == 0) {
      ::execlp("ip", "ip", "netns", "exec", name.c_str(), "tincd", "-D", "-c", directory.c_str(),
               ("--pidfile=" + pid_file).c_str(), nullptr);
      ::_exit(127);
    }
  }
  Tincd(const Tincd&) = delete;
  Tincd& operator=(const Tincd&) = delete;
  ~Tincd() {
    ::kill(child_, SIGTERM);
    ::waitpid(child_, nullptr, 0);
  }

 private:
  pid_t child_;
};

void configure_tinc(const OverlayPair& pair, const std::filesystem::path& directory,
                    std::size_t host) {
  const std::string me = "host" + std::to_string(host);
  const std::string peer = "host" + std::to_string(1 - host);
  std::filesystem::create_directories(directory / "hosts");
  std::ofstream(directory / "tinc.conf")
      << "Name = " << me
      << "\nMode = switch\nDeviceType = tap\nInterface = tinc0\nConnectTo = " << peer
      << "\nPingTimeout = 5\n";
  std::ofstream(directory / "hosts" / me) << "Address = " << to_string(OverlayPair::kUnderlay[host])
                                          << "\nCipher = none\nDigest = none\n";
  std::ofstream(directory / "tinc-up")
      << "#!/bin/sh\nip address add " << to_string(OverlayPair::kInner[host])
      << "/24 dev tinc0\nip link set tinc0 up\n";
  std::filesystem::permissions(directory / "tinc-up", std::filesystem::perms::owner_all);
  pair.run(host, "tincd -c " + directory.string() + " -K 2048 </dev/null");
}

void tinc(benchmark::State& state) {
  if (std::system("command -v tincd >/dev/null") != 0) {
    state.SkipWithError("tinc is not installed");
    return;
  }
  const OverlayPair pair;
  const std::filesystem::path root =
      std::filesystem::temp_directory_path() / ("violin-tinc-" + std::to_string(::getpid()));
  std::filesystem::create_directories(root);
  for (const std::size_t host : {0U, 1U}) {
    configure_tinc(pair, root / std::to_string(host), host);
  }
  for (const std::size_t host : {0U, 1U}) {
    const std::string file = "host" + std::to_string(host);
    std::filesystem::copy(root / std::to_string(host) / "hosts" / file,
                          root / std::to_string(1 - host) / "hosts" / file);
  }
  {
    const Tincd first(pair, root / "0", 0);
    const Tincd second(pair, root / "1", 1);
    std::this_thread::sleep_for(1s);
    report(state, pair, OverlayPair::kInner[1]);
  }
  std::filesystem::remove_all(root);
}

void tunnel(benchmark::State& state, bool super_frames) {
  const OverlayPair pair;
  const auto build = [&](std::size_t host) {
    return [&pair, host, super_frames](Kernel& kernel, Reactor& reactor) {
      return std::make_shared<TunnelEnd>(kernel, reactor, pair, host, super_frames);
    };
  };
  const OverlayHost first(build(0));
  const OverlayHost second(build(1));
  report(state, pair, OverlayPair::kInner[1]);
}

void one_host(benchmark::State& state) {
  const OverlayPair pair;
  const OverlayHost host([&](Kernel& kernel, Reactor& reactor) {
    return std::make_shared<OneHost>(kernel, reactor, pair);
  });
  report(state, pair, OverlayPair::kInner[1]);
}

void add(const std::string& name, std::function<void(benchmark::State&)> measure) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [measure = std::move(measure)](benchmark::State& state) {
                                 try {
                                   measure(state);
                                 } catch (const std::exception& error) {
                                   state.SkipWithError(error.what());
                                 }
                               })
      ->Iterations(1)
      ->Unit(benchmark::kSecond)
      ->UseRealTime();
}

}  // namespace
}  // namespace violin::bench

int main(int argc, char** argv) {
  using namespace violin::bench;
  add("floor/veth", veth);
  add("floor/single", single);
  add("peer/vxlan", vxlan);
  add("peer/tinc", tinc);
  add("violin/frames", [](benchmark::State& state) { tunnel(state, false); });
  add("violin/super", [](benchmark::State& state) { tunnel(state, true); });
  add("violin/one-host", one_host);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
