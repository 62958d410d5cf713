#include "datapath/agent/flow_meter.h"

#include <algorithm>
#include <utility>

#include "core/require.h"
#include "models/wire/big_endian.h"
#include "models/wire/ethernet.h"
#include "models/wire/udp.h"

namespace violin {

namespace {
constexpr std::size_t kMarkBytes = 16;  // of a datagram's payload
}

double FlowMeasure::goodput_bps(std::int64_t bytes) const {
  const auto reached = std::ranges::lower_bound(progress, bytes, {}, &Progress::bytes);
  if (reached == progress.end() || reached->after <= Duration{0}) {
    return 0;
  }
  return static_cast<double>(reached->bytes) * 8 / to_seconds(reached->after);
}

std::size_t FlowMeter::add(const MeteredFlow& flow) {
  flows_.push_back({flow, {}});
  return flows_.size() - 1;
}

FlowMeter::Connection* FlowMeter::find(wire::IpProtocol protocol, const Ends& ends) {
  const auto flow = std::ranges::find_if(flows_, [&](const Flow& candidate) {
    const MeteredFlow& what = candidate.what;
    return what.protocol == protocol && what.to == ends.to &&
           (!what.port || *what.port == ends.to_port) &&
           std::ranges::find(what.from, ends.from) != what.from.end();
  });
  return flow == flows_.end() ? nullptr : &flow->connections[{ends.from, ends.from_port}];
}

void FlowMeter::on_frame(Passing how, std::span<const std::uint8_t> bytes, std::size_t size,
                         TimePoint when) {
  const auto ethernet = wire::EthernetHeader::parse(bytes);
  if (!ethernet || ethernet->type != wire::EtherType::kIpv4) {
    return;
  }
  const auto packet = bytes.subspan(ethernet->size());
  const auto ip = wire::Ipv4Header::parse(packet, size - ethernet->size());
  if (!ip || ip->fragment_offset != 0) {
    return;
  }
  const auto segment =
      packet.subspan(ip->size())
          .first(std::min<std::size_t>(packet.size() - ip->size(), ip->payload_size()));
  if (ip->protocol == wire::IpProtocol::kUdp) {
    on_udp(how, *ip, segment, when);
  } else if (ip->protocol == wire::IpProtocol::kTcp && !ip->more_fragments) {
    on_tcp(how, *ip, segment, when);
  }
}

// The header is read in place: of a first fragment its checksum cannot be verified.
void FlowMeter::on_udp(Passing how, const wire::Ipv4Header& ip, std::span<const std::uint8_t> bytes,
                       TimePoint when) {
  if (bytes.size() < wire::UdpHeader::kSize + kMarkBytes) {
    return;
  }
  const Ends ends{ip.source, ip.destination, wire::load16(bytes.data()),
                  wire::load16(bytes.data() + 2)};
  if (Connection* connection = find(wire::IpProtocol::kUdp, ends)) {
    const std::uint8_t* payload = bytes.data() + wire::UdpHeader::kSize;
    count(*connection, how, {wire::load64(payload), wire::load64(payload + 8)}, bytes.size(), when);
  }
}

void FlowMeter::on_tcp(Passing how, const wire::Ipv4Header& ip, std::span<const std::uint8_t> bytes,
                       TimePoint when) {
  const auto parsed = wire::TcpHeader::parse(bytes, ip.payload_size(), ip.source, ip.destination);
  if (!parsed) {
    return;
  }
  const wire::TcpHeader& tcp = parsed->header;
  const std::size_t payload = ip.payload_size() - parsed->header_size;
  const Ends forward{ip.source, ip.destination, tcp.source_port, tcp.destination_port};
  if (Connection* connection = find(wire::IpProtocol::kTcp, forward)) {
    if (tcp.syn && how == Passing::kReachesEnd) {
      begin(*connection, tcp, when);
    }
    if (payload > 0) {
      const std::uint64_t stamp = tcp.timestamps ? tcp.timestamps->value : 0;
      count(*connection, how, {std::uint64_t{tcp.sequence} << 32 | stamp, payload}, payload, when);
    }
    return;
  }
  const Ends backward{ip.destination, ip.source, tcp.destination_port, tcp.source_port};
  Connection* connection = find(wire::IpProtocol::kTcp, backward);
  if (connection != nullptr && how == Passing::kLeavesEnd && tcp.ack) {
    acknowledge(*connection, tcp, when);
  }
}

void FlowMeter::count(Connection& connection, Passing how, const Mark& mark, std::size_t payload,
                      TimePoint when) {
  if (how == Passing::kLeavesEnd) {
    ++connection.measure.sent;
    connection.payload += payload;
    connection.under_way[mark] = when;
    return;
  }
  const auto sent = connection.under_way.find(mark);
  if (sent == connection.under_way.end()) {
    return;  // a copy, or it was sent before the measurement began
  }
  if (connection.measure.arrived++ == 0) {
    const std::uint64_t earlier = std::erase_if(
        connection.under_way, [&](const auto& other) { return other.second < sent->second; });
    connection.measure.before_first = earlier;
    connection.measure.sent -= earlier;
  }
  const Duration delay = std::max<Duration>(when - sent->second, Duration{0});
  connection.measure.delay.record(static_cast<std::uint64_t>(delay.count()));
  connection.measure.delays.push_back(delay);
  connection.under_way.erase(sent);
}

void FlowMeter::begin(Connection& connection, const wire::TcpHeader& syn, TimePoint when) {
  if (!connection.began) {
    connection.began = when;
    connection.next = syn.sequence + 1;
  }
}

// A FIN's position is no byte of the stream, but one of millions.
void FlowMeter::acknowledge(Connection& connection, const wire::TcpHeader& ack, TimePoint when) {
  const auto newly = static_cast<std::int32_t>(ack.acknowledgment - connection.next);
  if (!connection.began || newly <= 0) {
    return;
  }
  connection.next = ack.acknowledgment;
  connection.acknowledged += newly;
  connection.measure.progress.push_back({connection.acknowledged, when - *connection.began});
}

FlowMeasure FlowMeter::measure(std::size_t flow) const {
  require(flow < flows_.size(), "a flow is measured that was added");
  const auto& connections = flows_[flow].connections;
  const auto most =
      std::ranges::max_element(connections, {}, [](const auto& c) { return c.second.payload; });
  return most == connections.end() ? FlowMeasure{} : most->second.measure;
}

}  // namespace violin
