// The applications of a flow, one at each end.
#include <algorithm>
#include <stdexcept>

#include "models/app/ping.h"
#include "models/app/tcp_bulk.h"
#include "models/app/tcp_request.h"
#include "models/app/tcp_response.h"
#include "models/app/traceroute.h"
#include "models/app/udp_flow.h"
#include "models/vhost/tcp_host.h"
#include "scenarios/build/flow_ends.h"
#include "scenarios/load/quantities.h"
#include "scenarios/run/flow.h"
#include "scenarios/run/flow_traffic.h"

namespace violin {

namespace pb = scenario;

namespace {

constexpr std::uint16_t kFirstPort = 10'000;
constexpr std::uint16_t kFirstBroadcastPort = 60'000;
constexpr std::uint32_t kBroadcastPorts = 5'000;

bool is_tcp(const pb::Flow& flow) { return flow.has_bulk() || flow.has_request_response(); }

}  // namespace

std::uint16_t Flows::port_at(const Node& receiver, const pb::Flow& message) {
  if (message.has_port()) {
    return static_cast<std::uint16_t>(message.port());
  }
  auto& given = ports_[{&receiver, is_tcp(message)}];
  return static_cast<std::uint16_t>(kFirstPort + given++);
}

namespace {

// Applications run on models; those of a live vHost run inside of its guest.
void require_model(const Node& node) {
  if (node.outside) {
    throw std::invalid_argument(node.full_name() + " is a guest, which runs its own programs");
  }
}

}  // namespace

void Flows::make_apps(Flow& flow, Node& from, Node* to, Ipv4Address destination) {
  require_model(from);
  const pb::Flow& message = flow.message;
  const FlowLabel label{message.name(), flow.from, flow.to};
  VHost& host = from.vhost();
  if (message.has_ping()) {
    PingConfig config;
    config.destination = destination;
    config.interval = pb::duration(message.ping().interval()).value_or(config.interval);
    if (message.ping().has_count()) {
      config.count = message.ping().count();
    }
    config.size = static_cast<std::uint32_t>(
        pb::size(message.ping().size()).value_or(Bytes{config.size}).value);
    flow.source = std::make_unique<Ping>(host, label, config);
    return;
  }
  if (message.has_traceroute()) {
    TracerouteConfig config;
    config.destination = destination;
    const pb::Traceroute& asked = message.traceroute();
    config.max_ttl = asked.has_max_hops() ? static_cast<std::uint8_t>(asked.max_hops()) : 30;
    config.queries = asked.has_probes() ? asked.probes() : config.queries;
    config.timeout = pb::duration(asked.timeout()).value_or(std::chrono::seconds(1));
    flow.source = std::make_unique<Traceroute>(host, label, config);
    return;
  }
  std::vector<Node*> receivers = destination.is_multicast()
                                     ? members_of(builder_, from, message)
                                     : broadcast_receivers(from, destination);
  if (receivers.empty()) {
    Node* receiver = to != nullptr ? to : from.network.owner_of(destination);
    if (receiver != nullptr && receiver->kind == EntityKind::kVHost) {
      receivers.push_back(receiver);
    }
  }
  for (const Node* receiver : receivers) {
    require_model(*receiver);
  }
  if (is_tcp(message)) {
    if (receivers.size() != 1) {
      throw std::invalid_argument("TCP needs one vHost at its other end");
    }
    make_tcp_apps(flow, from, *receivers.front(), destination);
    return;
  }
  make_udp_apps(flow, host, receivers, destination);
}

void Flows::make_udp_apps(Flow& flow, VHost& host, const std::vector<Node*>& receivers,
                          Ipv4Address destination) {
  const pb::Flow& message = flow.message;
  UdpSourceConfig config;
  config.flow = flow.id;
  config.destination = destination;
  config.port = receivers.size() == 1 && !destination.is_multicast()
                    ? port_at(*receivers.front(), message)
                    : static_cast<std::uint16_t>(kFirstBroadcastPort + flow.id % kBroadcastPorts);
  for (Node* receiver : receivers) {
    const FlowLabel label{message.name(), flow.from, display(*receiver)};
    flow.receivers.push_back(
        {receiver, std::make_unique<UdpSink>(receiver->vhost(), label, flow.id, config.port)});
  }
  if (destination.is_multicast()) {
    flow.group = destination;
    network_.open_group(*flow.source_node, destination, receivers);
  }
  flow.source = std::make_unique<UdpSource>(
      host, FlowLabel{message.name(), flow.from, flow.to}, config,
      make_traffic(message, builder_.scenario(), network_.kernel().random(message.name())));
}

namespace {

TcpConfig tcp_config(pb::CongestionControl control) {
  TcpConfig config;
  config.congestion = control == pb::NEWRENO ? TcpCongestion::kNewReno : TcpCongestion::kCubic;
  return config;
}

}  // namespace

void Flows::make_tcp_apps(Flow& flow, Node& from, Node& to, Ipv4Address destination) {
  const pb::Flow& message = flow.message;
  const FlowLabel label{message.name(), flow.from, flow.to};
  const std::uint16_t port = port_at(to, message);
  TcpStack& client = tcp_of(from.vhost());
  TcpStack& server = tcp_of(to.vhost());
  if (message.has_bulk()) {
    TcpBulkConfig config;
    config.destination = destination;
    config.port = port;
    config.bytes = pb::size(message.bulk().bytes());
    config.tcp = tcp_config(message.bulk().congestion_control());
    flow.receivers.push_back({&to, std::make_unique<TcpBulkSink>(server, label, port)});
    flow.source = std::make_unique<TcpBulkSource>(client, label, config);
    return;
  }
  const pb::RequestResponse& asked = message.request_response();
  TcpRequestConfig config;
  config.destination = destination;
  config.port = port;
  config.request = *pb::size(asked.request());
  config.response = *pb::size(asked.response());
  config.think.mean = pb::duration(asked.think()).value_or(Duration::zero());
  config.tcp = tcp_config(asked.congestion_control());
  if (asked.has_count()) {
    config.count = asked.count();
  }
  flow.receivers.push_back(
      {&to,
       std::make_unique<TcpResponseServer>(
           server, label, TcpResponseConfig{port, config.request, config.response, config.tcp})});
  flow.source = std::make_unique<TcpRequestClient>(client, label, config);
}

}  // namespace violin
