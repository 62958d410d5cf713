#include "tests/peers/ns3_chain.h"

// Singly: ns-3's module headers are not C++20.
#include <ns3/data-rate.h>
#include <ns3/inet-socket-address.h>
#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4-address-helper.h>
#include <ns3/ipv4-global-routing-helper.h>
#include <ns3/point-to-point-helper.h>
#include <ns3/simulator.h>
#include <ns3/socket.h>
#include <ns3/traffic-control-helper.h>
#include <ns3/udp-socket-factory.h>

#include <memory>
#include <string>

namespace violin {
namespace {

constexpr std::uint16_t kFirstPort = 10'000;

ns3::Time to_ns3(Duration d) { return ns3::NanoSeconds(static_cast<std::uint64_t>(d.count())); }

// One flow: sends its emissions, and measures by the order of arrival, which on one path is that of
// sending: the packet's number is its first four bytes.
class Flow {
 public:
  Flow(const ChainFlow& flow, const ns3::Ptr<ns3::Node>& from, const ns3::Ptr<ns3::Node>& to,
       const ns3::Ipv4Address& destination, std::uint16_t port)
      : flow_(flow), source_(socket(from)), sink_(socket(to)) {
    sink_->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), port));
    sink_->SetRecvCallback(ns3::MakeCallback(&Flow::take, this));
    source_->Bind();
    source_->Connect(ns3::InetSocketAddress(destination, port));
    ns3::Simulator::ScheduleWithContext(from->GetId(), to_ns3(flow_.emissions.front().at),
                                        &Flow::send, this);
  }

  ChainOutcome outcome() const {
    return {next_, received_, delay_s_ / static_cast<double>(received_)};
  }

 private:
  static ns3::Ptr<ns3::Socket> socket(const ns3::Ptr<ns3::Node>& node) {
    return ns3::Socket::CreateSocket(node, ns3::UdpSocketFactory::GetTypeId());
  }

  void send() {
    const auto number = static_cast<std::uint32_t>(next_);
    const TraceTraffic::Point& emission = flow_.emissions[next_++];
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&number);
    const auto packet = ns3::Create<ns3::Packet>(bytes, sizeof number);
    packet->AddPaddingAtEnd(emission.size + kPppDeficit -
                            static_cast<std::uint32_t>(sizeof number));
    if (next_ < flow_.emissions.size()) {
      ns3::Simulator::Schedule(to_ns3(flow_.emissions[next_].at - emission.at), &Flow::send, this);
    }
    source_->Send(packet);
  }
  void take(ns3::Ptr<ns3::Socket> socket) {
    for (auto packet = socket->Recv(); packet != nullptr; packet = socket->Recv()) {
      std::uint32_t number = 0;
      packet->CopyData(reinterpret_cast<std::uint8_t*>(&number), sizeof number);
      ++received_;
      delay_s_ += (ns3::Simulator::Now() - to_ns3(flow_.emissions[number].at)).GetSeconds();
    }
  }

  const ChainFlow& flow_;
  ns3::Ptr<ns3::Socket> source_;
  ns3::Ptr<ns3::Socket> sink_;
  std::size_t next_ = 0;
  std::uint64_t received_ = 0;
  double delay_s_ = 0;
};

// The devices of the hop from node i to node i + 1.
ns3::NetDeviceContainer join(const ns3::NodeContainer& nodes, std::uint32_t i, const Chain& chain) {
  const ChainHop& hop = chain.hops[i];
  ns3::PointToPointHelper link;
  link.SetDeviceAttribute("DataRate",
                          ns3::DataRateValue(ns3::DataRate(hop.rate.bits_per_second())));
  link.SetChannelAttribute("Delay", ns3::TimeValue(to_ns3(hop.delay)));
  link.SetQueue("ns3::DropTailQueue<Packet>", "MaxSize",
                ns3::QueueSizeValue(ns3::QueueSize(std::to_string(chain.queue_frames) + "p")));
  return link.Install(nodes.Get(i), nodes.Get(i + 1));
}

}  // namespace

std::vector<ChainOutcome> run_in_ns3(const Chain& chain) {
  const ns3::NodeContainer nodes(static_cast<std::uint32_t>(chain.hops.size() + 1));
  ns3::InternetStackHelper().Install(nodes);
  ns3::Ipv4AddressHelper subnets("10.0.0.0", "255.255.255.0");
  ns3::Ipv4InterfaceContainer last;
  for (std::uint32_t i = 0; i < chain.hops.size(); ++i) {
    const ns3::NetDeviceContainer devices = join(nodes, i, chain);
    last = subnets.Assign(devices);
    ns3::TrafficControlHelper().Uninstall(devices);
    subnets.NewNetwork();
  }
  ns3::Ipv4GlobalRoutingHelper::PopulateRoutingTables();

  std::vector<std::unique_ptr<Flow>> flows;
  for (const ChainFlow& flow : chain.flows) {
    flows.push_back(std::make_unique<Flow>(flow, nodes.Get(0), nodes.Get(nodes.GetN() - 1),
                                           last.GetAddress(1),
                                           static_cast<std::uint16_t>(kFirstPort + flows.size())));
  }
  ns3::Simulator::Stop(to_ns3(chain.duration));
  ns3::Simulator::Run();
  std::vector<ChainOutcome> outcomes;
  for (const auto& flow : flows) {
    outcomes.push_back(flow->outcome());
  }
  flows.clear();
  ns3::Simulator::Destroy();
  return outcomes;
}

}  // namespace violin
