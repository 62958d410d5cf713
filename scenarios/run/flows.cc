#include "scenarios/run/flows.h"

#include <algorithm>
#include <sstream>

#include "core/require.h"
#include "models/app/ping.h"
#include "models/app/tcp_bulk.h"
#include "models/app/tcp_request.h"
#include "models/app/tcp_response.h"
#include "models/app/udp_flow.h"
#include "models/vhost/tcp_host.h"
#include "scenarios/build/data_file.h"
#include "scenarios/load/names.h"
#include "scenarios/load/quantities.h"

namespace violin {

namespace pb = scenario;

namespace {

constexpr std::uint16_t kFirstPort = 10'000;
constexpr std::uint16_t kFirstBroadcastPort = 60'000;
constexpr std::uint32_t kBroadcastPorts = 5'000;
constexpr std::uint32_t kDefaultSize = 1000;  // of datagrams, bytes

struct Kind {
  const char* name;
  bool round_trip;  // delays are there and back
};

Kind kind_of(const pb::Flow& flow) {
  switch (flow.kind_case()) {
    case pb::Flow::kPing:
      return {"ping", true};
    case pb::Flow::kTraceroute:
      return {"traceroute", true};
    case pb::Flow::kCbr:
      return {"cbr", false};
    case pb::Flow::kPoisson:
      return {"poisson", false};
    case pb::Flow::kOnoff:
      return {"onoff", false};
    case pb::Flow::kTrace:
      return {"trace", false};
    case pb::Flow::kBulk:
      return {"bulk", false};
    case pb::Flow::kRequestResponse:
      return {"request_response", true};
    case pb::Flow::KIND_NOT_SET:
      break;
  }
  return {"none", false};
}

std::uint32_t datagram_size(const std::string& size) {
  const Bytes bytes = pb::size(size).value_or(Bytes{kDefaultSize});
  return std::max(static_cast<std::uint32_t>(bytes.value),
                  static_cast<std::uint32_t>(FlowHeader::kSize));
}

// Lines "<time with unit> <size with unit>".
std::vector<TraceTraffic::Point> read_traffic_trace(const std::string& written,
                                                    const pb::LoadedScenario& scenario) {
  const DataFile file(written, scenario);
  std::istringstream lines{std::string(file.source().text)};
  std::vector<TraceTraffic::Point> points;
  std::string line;
  for (std::uint32_t number = 1; std::getline(lines, line); ++number) {
    if (line.empty() || line[0] == '#') {
      continue;
    }
    const std::size_t blank = line.find(' ');
    const auto at = pb::parse_duration(line.substr(0, blank));
    const auto size = pb::parse_size(blank == std::string::npos ? "" : line.substr(blank + 1));
    if (!at.value || !size.value) {
      throw pb::ScenarioError(file.source().name, {number, 1},
                              at.value ? size.problem : at.problem);
    }
    if (!points.empty() && *at.value < points.back().at) {
      throw pb::ScenarioError(file.source().name, {number, 1}, "times must not go backwards");
    }
    points.push_back({*at.value, static_cast<std::uint32_t>(size.value->value)});
  }
  return points;
}

std::unique_ptr<Traffic> make_traffic(const pb::Flow& flow, const pb::LoadedScenario& scenario,
                                      const RandomStream& random) {
  if (flow.has_cbr()) {
    return std::make_unique<ConstantTraffic>(datagram_size(flow.cbr().size()),
                                             *pb::bit_rate(flow.cbr().rate()));
  }
  if (flow.has_poisson()) {
    const std::uint32_t size = datagram_size(flow.poisson().size());
    const BitRate rate = *pb::bit_rate(flow.poisson().rate());
    return std::make_unique<PoissonTraffic>(
        size, from_seconds(size * 8.0 / static_cast<double>(rate.bits_per_second())), random);
  }
  if (flow.has_onoff()) {
    const auto period = [](const std::string& mean) {
      return PeriodLength{PeriodLength::Kind::kExponential, *pb::duration(mean)};
    };
    return std::make_unique<OnOffTraffic>(
        datagram_size(flow.onoff().size()), *pb::bit_rate(flow.onoff().rate()),
        period(flow.onoff().on()), period(flow.onoff().off()), random);
  }
  return std::make_unique<TraceTraffic>(read_traffic_trace(flow.trace().file(), scenario));
}

bool is_tcp(const pb::Flow& flow) { return flow.has_bulk() || flow.has_request_response(); }

}  // namespace

struct Flows::Flow {
  Flow(Flows& flows, Kernel& kernel, EventOrigin& origin, pb::Flow flow_message,
       std::uint32_t number)
      : owner(flows),
        id(number),
        message(std::move(flow_message)),
        start_timer(Timer::calling<&Flow::on_start>(kernel, origin, *this)),
        stop_timer(Timer::calling<&Flow::on_stop>(kernel, origin, *this)) {}

  void on_start() { owner.begin(*this); }
  void on_stop() { owner.end(*this); }

  Flows& owner;
  std::uint32_t id;
  pb::Flow message;
  std::string from;  // as results show it
  std::string to;
  const Node* source_node = nullptr;
  std::unique_ptr<App> source;
  std::vector<Receiver> receivers;
  std::vector<FlowResult> kept;    // once the applications are gone
  std::optional<PathResult> path;  // likewise of a traceroute
  std::optional<Duration> direct;  // of the substrate between its hosts
  std::optional<Duration> direct_back;
  Timer start_timer;
  Timer stop_timer;
};

Flows::Flows(ScenarioBuilder& builder)
    : builder_(builder), network_(builder.network()), origin_(network_.kernel()) {
  for (const pb::Flow& message : builder.scenario().message.traffic()) {
    if (!message.has_pairs()) {
      add(message);
      continue;
    }
    const auto& from = builder.group(message.from());
    const auto& to = builder.group(message.to());
    const bool within = &from == &to;
    for (std::uint32_t i = 0; i < message.pairs(); ++i) {
      pb::Flow one = message;
      one.clear_pairs();
      one.set_name(message.name() + std::to_string(i + 1));
      one.set_from(from[i % from.size()]->full_name());
      one.set_to(to[(i + (within ? to.size() / 2 : 0)) % to.size()]->full_name());
      add(one);
      by_name_[message.name()].push_back(flows_.back().get());
    }
  }
}

Flows::~Flows() = default;

void Flows::add(const pb::Flow& message) {
  Kernel& kernel = network_.kernel();
  const auto id = static_cast<std::uint32_t>(flows_.size() + 1);
  auto& flow = *flows_.emplace_back(std::make_unique<Flow>(*this, kernel, origin_, message, id));
  flow.from = message.from();
  flow.to = message.to();
  by_name_[message.name()].push_back(&flow);
  if (!message.manual()) {
    flow.start_timer.arm(kRunStart + pb::duration(message.start()).value_or(Duration::zero()));
  }
  if (const auto stop = pb::duration(message.stop())) {
    flow.stop_timer.arm(kRunStart + *stop);
  }
}

template <typename Act>
bool Flows::each(std::string_view name, Act act) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) {
    return false;
  }
  for (Flow* flow : found->second) {
    act(*flow);
  }
  return true;
}

bool Flows::start(std::string_view name) {
  return each(name, [this](Flow& flow) { begin(flow); });
}

bool Flows::stop(std::string_view name) {
  return each(name, [this](Flow& flow) { end(flow); });
}

void Flows::warn(const Flow& flow, const std::string& why) {
  warnings_.push_back("flow '" + flow.message.name() + "' " + why);
}

std::string Flows::display(const Node& node) const {
  return network_.networks().size() == 1 ? std::string(node.name()) : node.full_name();
}

// A bare name is looked for in the sender's VIOLIN.
Flows::Destination Flows::resolve(const Node& from, const std::string& written) const {
  if (const auto address = Ipv4Address::parse(written)) {
    return {nullptr, address};
  }
  const auto reference = pb::parse_reference(written);
  require(reference.has_value(), "the loader has checked what flows go to");
  Node* to =
      reference->violin.empty() ? from.network.find(reference->entity) : builder_.find(written);
  if (to == nullptr || to->nics.empty()) {
    return {to, std::nullopt};
  }
  const Nic* nic = reference->nic.empty() ? &to->nics.front() : to->find_nic(reference->nic);
  return {to, nic != nullptr && nic->address ? std::optional(nic->address->address) : std::nullopt};
}

void Flows::begin(Flow& flow) {
  const TimePoint now = network_.kernel().now();
  if (flow.source) {
    flow.source->stop(now);  // if it runs, or has come to its own end
    flow.source->start(now);
    return;
  }
  Node* from = builder_.find(flow.message.from());
  if (from == nullptr || from->nics.empty()) {
    return warn(flow, "did not start: there is no '" + flow.message.from() + "' with a vNIC");
  }
  const auto [to, address] = resolve(*from, flow.message.to());
  if (!address) {
    return warn(flow, "did not start: there is no '" + flow.message.to() + "' with an address");
  }
  flow.source_node = from;
  flow.from = display(*from);
  flow.to = to != nullptr ? display(*to) : flow.message.to();
  const auto* a = std::get_if<HostId>(&from->place);
  const auto* b = to != nullptr ? std::get_if<HostId>(&to->place) : nullptr;
  if (a != nullptr && b != nullptr) {
    flow.direct = network_.substrate().delay(*a, *b);
    flow.direct_back = network_.substrate().delay(*b, *a);
  }
  try {
    make_apps(flow, *from, to, *address);
  } catch (const std::invalid_argument& error) {
    flow.source.reset();
    flow.receivers.clear();
    return warn(flow, std::string("did not start: ") + error.what());
  }
  for (const Receiver& receiver : flow.receivers) {
    receiver.app->start(now);
  }
  flow.source->start(now);
}

void Flows::end(Flow& flow) {
  flow.start_timer.cancel();
  if (flow.source) {
    flow.source->stop(network_.kernel().now());
  }
}

std::uint16_t Flows::port_at(const Node& receiver, const pb::Flow& message) {
  if (message.has_port()) {
    return static_cast<std::uint16_t>(message.port());
  }
  auto& given = ports_[{&receiver, is_tcp(message)}];
  return static_cast<std::uint16_t>(kFirstPort + given++);
}

std::vector<Node*> Flows::broadcast_receivers(const Node& from, Ipv4Address destination) const {
  std::vector<Node*> receivers;
  const auto& own = from.nics.front().address;
  if (!destination.is_broadcast() && own->subnet().broadcast() != destination) {
    return receivers;
  }
  for (const auto& node : from.network.nodes()) {
    if (node->kind == EntityKind::kVHost && node.get() != &from &&
        std::ranges::any_of(
            node->nics, [&](const Nic& nic) { return nic.address->subnet() == own->subnet(); })) {
      receivers.push_back(node.get());
    }
  }
  return receivers;
}

namespace {

// The vHost of the same VIOLIN that has the address.
Node* owner_of(const VirtualNetwork& network, Ipv4Address address) {
  for (const auto& node : network.nodes()) {
    if (node->kind != EntityKind::kVSwitch && std::ranges::any_of(node->nics, [&](const Nic& nic) {
          return nic.address->address == address;
        })) {
      return node.get();
    }
  }
  return nullptr;
}

}  // namespace

void Flows::make_apps(Flow& flow, Node& from, Node* to, Ipv4Address destination) {
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
  std::vector<Node*> receivers = broadcast_receivers(from, destination);
  if (receivers.empty()) {
    Node* receiver = to != nullptr ? to : owner_of(from.network, destination);
    if (receiver != nullptr && receiver->kind == EntityKind::kVHost) {
      receivers.push_back(receiver);
    }
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
  config.port = receivers.size() == 1
                    ? port_at(*receivers.front(), message)
                    : static_cast<std::uint16_t>(kFirstBroadcastPort + flow.id % kBroadcastPorts);
  for (Node* receiver : receivers) {
    const FlowLabel label{message.name(), flow.from, display(*receiver)};
    flow.receivers.push_back(
        {receiver, std::make_unique<UdpSink>(receiver->vhost(), label, flow.id, config.port)});
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

// ---- results

void Flows::leave(const Node& node) {
  for (const auto& flow : flows_) {
    const bool receives = std::ranges::any_of(
        flow->receivers, [&](const Receiver& receiver) { return receiver.node == &node; });
    if (flow->source && (flow->source_node == &node || receives)) {
      keep(*flow);
    }
  }
  // Another node may get its place in memory, which must not show.
  ports_.erase({&node, false});
  ports_.erase({&node, true});
}

// Measures for the last time and ends the applications.
void Flows::keep(Flow& flow) {
  flow.kept = describe(flow);
  if (const auto* traceroute = dynamic_cast<const Traceroute*>(flow.source.get())) {
    flow.path = describe_path(flow, *traceroute);
  }
  flow.stop_timer.cancel();
  flow.source.reset();
  flow.receivers.clear();
}

FlowResult Flows::describe(const Flow& flow, const FlowReport& report) {
  const Kind kind = kind_of(flow.message);
  FlowResult result;
  result.name = flow.message.name();
  result.kind = kind.name;
  result.from = flow.from;
  result.to = report.label.to;
  result.sent = report.sent;
  result.received = report.received;
  result.lost = report.lost;
  result.duplicated = report.duplicated;
  result.reordered = report.reordered;
  result.bytes_received = report.bytes_received;
  result.goodput_bps = report.goodput_bps;
  if (report.delay == nullptr || report.delay->count() == 0) {
    return result;
  }
  const auto seconds = [](std::uint64_t ns) { return static_cast<double>(ns) * 1e-9; };
  result.delay_mean_s = *report.delay->mean() * 1e-9;
  result.delay_p50_s = seconds(*report.delay->quantile(0.5));
  result.delay_p99_s = seconds(*report.delay->quantile(0.99));
  const Duration direct =
      flow.direct.value_or(Duration::zero()) +
      (kind.round_trip ? flow.direct_back.value_or(Duration::zero()) : Duration::zero());
  if (direct > Duration::zero()) {
    result.stretch = *result.delay_p50_s / to_seconds(direct);
  }
  return result;
}

// One row per receiver.
std::vector<FlowResult> Flows::describe(const Flow& flow) const {
  if (!flow.source) {
    const FlowReport nothing{{flow.message.name(), flow.from, flow.to}};
    return flow.kept.empty() ? std::vector{describe(flow, nothing)} : flow.kept;
  }
  const TimePoint now = network_.kernel().now();
  const FlowReport source = flow.source->report(now);
  std::vector<FlowResult> results;
  for (const Receiver& receiver : flow.receivers) {
    if (!flow.message.has_request_response()) {  // where the client has seen both ways
      results.push_back(describe(flow, join(source, receiver.app->report(now))));
    }
  }
  if (results.empty()) {
    FlowReport alone = source;
    alone.lost = alone.sent - std::min(alone.sent, alone.received);
    results.push_back(describe(flow, alone));
  }
  if (const auto* bulk = dynamic_cast<const TcpBulkSource*>(flow.source.get())) {
    results.front().retransmits = bulk->statistics().retransmissions;
  }
  return results;
}

std::vector<FlowResult> Flows::results() const {
  std::vector<FlowResult> all;
  for (const auto& flow : flows_) {
    const std::vector<FlowResult> results = describe(*flow);
    all.insert(all.end(), results.begin(), results.end());
  }
  return all;
}

PathResult Flows::describe_path(const Flow& flow, const Traceroute& traceroute) const {
  PathResult path{flow.message.name(), flow.from, flow.to, traceroute.reached(), {}};
  for (const TracerouteHop& hop : traceroute.hops()) {
    HopResult result{"*", "", std::nullopt};
    if (const auto address = hop.address()) {
      const Node* node = owner_of(flow.source_node->network, *address);
      result.address = to_string(*address);
      result.name = node != nullptr ? std::string(node->name()) : result.address;
      std::vector<double> times;
      for (const TracerouteQuery& query : hop.queries) {
        if (query.from) {
          times.push_back(to_seconds(query.round_trip));
        }
      }
      std::ranges::sort(times);
      result.rtt_s = times[times.size() / 2];
    }
    path.hops.push_back(std::move(result));
  }
  return path;
}

std::vector<PathResult> Flows::paths() const {
  std::vector<PathResult> paths;
  for (const auto& flow : flows_) {
    if (flow->path) {
      paths.push_back(*flow->path);
    } else if (const auto* traceroute = dynamic_cast<const Traceroute*>(flow->source.get())) {
      paths.push_back(describe_path(*flow, *traceroute));
    }
  }
  return paths;
}

}  // namespace violin
