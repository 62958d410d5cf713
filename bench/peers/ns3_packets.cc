#include "bench/peers/ns3_packets.h"

// Singly: ns-3's module headers are not C++20.
#include <ns3/bridge-helper.h>
#include <ns3/csma-helper.h>
#include <ns3/inet-socket-address.h>
#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4-address-helper.h>
#include <ns3/ipv4-global-routing-helper.h>
#include <ns3/ipv4-nix-vector-helper.h>
#include <ns3/point-to-point-helper.h>
#include <ns3/simulator.h>
#include <ns3/socket.h>
#include <ns3/traffic-control-helper.h>
#include <ns3/udp-socket-factory.h>

#include <string>
#include <vector>

namespace violin::bench {
namespace {

constexpr std::uint16_t kPort = 9;

ns3::Time to_ns3(Duration d) { return ns3::NanoSeconds(static_cast<std::uint64_t>(d.count())); }

struct Sender {
  ns3::Ptr<ns3::Socket> socket;
  ns3::Time interval;

  void send() {
    socket->Send(ns3::Create<ns3::Packet>(PacketScenario::kPayload));
    ns3::Simulator::Schedule(interval, &Sender::send, this);
  }
};

void take_all(ns3::Ptr<ns3::Socket> socket) {
  while (socket->Recv() != nullptr) {
  }
}

class Ns3Packets final : public Engine {
 public:
  Ns3Packets(const PacketScenario& scenario, Ns3Options options)
      : scenario_(scenario), options_(options), senders_(scenario.flows.size()) {
    subnets_.SetBase("10.0.0.0", "255.255.255.252");
    if (scenario_.lan == PacketScenario::Lan::kNone) {
      build_routers();
    } else {
      build_lan();
    }
    for (std::size_t i = 0; i < senders_.size(); ++i) {
      add_flow(scenario_.flows[i], senders_[i]);
    }
  }
  ~Ns3Packets() override {
    senders_.clear();
    sinks_.clear();
    ns3::Simulator::Destroy();
  }

  void run_for(Duration d) override {
    ns3::Simulator::Stop(to_ns3(d));
    ns3::Simulator::Run();
  }
  std::uint64_t items() const override { return hops_; }

 private:
  // NOLINTNEXTLINE(performance-unnecessary-value-param): the trace source's signature
  static void count(std::uint64_t* hops, ns3::Ptr<const ns3::Packet> /*packet*/) { ++*hops; }

  ns3::DataRate link_rate() const { return ns3::DataRate(scenario_.link_rate.bits_per_second()); }
  static std::string queue_limit() { return std::to_string(PacketScenario::kQueueFrames) + "p"; }

  void install_stack(const ns3::NodeContainer& nodes) const {
    ns3::InternetStackHelper stack;
    stack.SetIpv6StackInstall(false);
    if (options_.routing == Ns3Routing::kNixVector) {
      stack.SetRoutingHelper(ns3::Ipv4NixVectorHelper());
    }
    stack.Install(nodes);
  }
  ns3::Ipv4InterfaceContainer assign(const ns3::NetDeviceContainer& devices) {
    auto interfaces = subnets_.Assign(devices);
    if (!options_.traffic_control) {
      ns3::TrafficControlHelper().Uninstall(devices);
    }
    return interfaces;
  }
  void count_receptions(const ns3::NetDeviceContainer& devices) {
    for (std::uint32_t i = 0; i < devices.GetN(); ++i) {
      devices.Get(i)->TraceConnectWithoutContext(
          "PhyRxEnd", ns3::MakeBoundCallback(&Ns3Packets::count, &hops_));
    }
  }

  void build_routers() {
    ns3::NodeContainer nodes(scenario_.sites);
    hosts_ = nodes;
    if (options_.hosts_apart) {
      hosts_ = ns3::NodeContainer(scenario_.sites);
      nodes.Add(hosts_);
    }
    install_stack(nodes);
    ns3::PointToPointHelper links;
    links.SetDeviceAttribute("DataRate", ns3::DataRateValue(link_rate()));
    links.SetChannelAttribute("Delay", ns3::TimeValue(to_ns3(scenario_.link_delay)));
    links.SetQueue("ns3::DropTailQueue<Packet>", "MaxSize",
                   ns3::QueueSizeValue(ns3::QueueSize(queue_limit())));
    const auto join = [&](const ns3::Ptr<ns3::Node>& a, const ns3::Ptr<ns3::Node>& b) {
      const ns3::NetDeviceContainer devices = links.Install(a, b);
      count_receptions(devices);
      assign(devices);
      subnets_.NewNetwork();
    };
    for (const auto& [a, b] : scenario_.cables) {
      join(nodes.Get(a), nodes.Get(b));
    }
    for (std::uint32_t site = 0; options_.hosts_apart && site < scenario_.sites; ++site) {
      join(nodes.Get(site), hosts_.Get(site));
    }
    if (options_.routing == Ns3Routing::kGlobal) {
      ns3::Ipv4GlobalRoutingHelper::PopulateRoutingTables();
    }
  }

  void build_lan() {
    hosts_ = ns3::NodeContainer(scenario_.sites);
    const ns3::NodeContainer bridge(1);
    install_stack(hosts_);
    ns3::CsmaHelper cables;
    cables.SetChannelAttribute("DataRate", ns3::DataRateValue(link_rate()));
    cables.SetChannelAttribute("Delay", ns3::TimeValue(to_ns3(scenario_.link_delay)));
    cables.SetQueue("ns3::DropTailQueue<Packet>", "MaxSize",
                    ns3::QueueSizeValue(ns3::QueueSize(queue_limit())));
    ns3::NetDeviceContainer at_hosts;
    ns3::NetDeviceContainer ports;
    for (std::uint32_t i = 0; i < hosts_.GetN(); ++i) {
      const ns3::NetDeviceContainer ends =
          cables.Install(ns3::NodeContainer(hosts_.Get(i), bridge.Get(0)));
      count_receptions(ends);
      at_hosts.Add(ends.Get(0));
      ports.Add(ends.Get(1));
    }
    ns3::BridgeHelper().Install(bridge.Get(0), ports);
    subnets_.SetBase("10.0.0.0", "255.255.0.0");
    assign(at_hosts);
  }

  static ns3::Ipv4InterfaceAddress first_address(const ns3::Ptr<ns3::Node>& node) {
    return node->GetObject<ns3::Ipv4>()->GetAddress(1, 0);
  }
  static ns3::Ptr<ns3::Socket> udp_socket(const ns3::Ptr<ns3::Node>& node) {
    return ns3::Socket::CreateSocket(node, ns3::UdpSocketFactory::GetTypeId());
  }

  void listen(std::uint32_t site) {
    sinks_.resize(scenario_.sites);
    if (sinks_[site] == nullptr) {
      sinks_[site] = udp_socket(hosts_.Get(site));
      sinks_[site]->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), kPort));
      sinks_[site]->SetRecvCallback(ns3::MakeCallback(&take_all));
    }
  }
  void add_flow(const PacketFlow& flow, Sender& sender) {
    const bool broadcast = scenario_.lan == PacketScenario::Lan::kBroadcast;
    const ns3::Ptr<ns3::Node> from = hosts_.Get(flow.from);
    const ns3::Ipv4Address to = broadcast ? first_address(from).GetBroadcast()
                                          : first_address(hosts_.Get(flow.to)).GetLocal();
    listen(flow.to);
    sender.interval = to_ns3(scenario_.interval());
    sender.socket = udp_socket(from);
    sender.socket->SetAllowBroadcast(broadcast);
    sender.socket->Bind();
    sender.socket->Connect(ns3::InetSocketAddress(to, kPort));
    ns3::Simulator::ScheduleWithContext(from->GetId(), to_ns3(flow.start), &Sender::send, &sender);
  }

  PacketScenario scenario_;
  Ns3Options options_;
  ns3::NodeContainer hosts_;  // by site
  ns3::Ipv4AddressHelper subnets_;
  std::vector<Sender> senders_;
  std::vector<ns3::Ptr<ns3::Socket>> sinks_;  // by site
  std::uint64_t hops_ = 0;
};

}  // namespace

std::unique_ptr<Engine> make_ns3_packets(const PacketScenario& scenario, Ns3Options options) {
  return std::make_unique<Ns3Packets>(scenario, options);
}

}  // namespace violin::bench
