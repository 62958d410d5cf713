#include "scenarios/place/offered.h"

#include "models/app/flow_header.h"
#include "scenarios/load/quantities.h"

namespace violin {

namespace pb = scenario;

namespace {

constexpr std::uint32_t kEthernet = 14;
constexpr std::uint32_t kIpv4 = 20;
constexpr std::uint32_t kUdp = 8;
constexpr std::uint32_t kDefaultSize = 1000;  // of datagrams, bytes
constexpr std::uint32_t kPingSize = 56;
constexpr std::uint32_t kTcp = 32;     // with timestamps
constexpr std::uint32_t kMss = 1448;   // with timestamps, of an MTU of 1500
constexpr double kSegmentsPerAck = 2;  // RFC 5681 section 4.2

std::uint32_t size_of(const std::string& size) {
  const auto bytes = static_cast<std::uint32_t>(pb::size(size).value_or(Bytes{kDefaultSize}).value);
  return std::max(bytes, static_cast<std::uint32_t>(FlowHeader::kSize));
}

double bits(const std::string& rate) {
  return static_cast<double>(pb::bit_rate(rate)->bits_per_second());
}

Offered at_rate(double bits_per_second, std::uint32_t size) {
  return {bits_per_second / (8.0 * size), size};
}

// As UDP of the same length: TCP's header is longer.
Offered segments(double bits_per_second) {
  return {bits_per_second / (8.0 * kMss), kMss + kTcp - kUdp};
}

TwoWays tcp(double bits_per_second) {
  const Offered data = segments(bits_per_second);
  return {data, Offered{data.datagrams_per_second / kSegmentsPerAck, kTcp - kUdp}};
}

}  // namespace

OfferedFrames frames_of(const Offered& offered, std::uint32_t mtu) {
  const std::uint32_t data = offered.size + kUdp;
  const std::uint32_t most = data + kIpv4 <= mtu ? data : (mtu - kIpv4) / 8 * 8;
  const std::uint32_t frames = (data + most - 1) / most;
  const double bytes = data + static_cast<double>(frames) * (kEthernet + kIpv4);
  return {offered.datagrams_per_second * frames, offered.datagrams_per_second * 8 * bytes};
}

std::optional<TwoWays> offered_by(const pb::Flow& flow) {
  switch (flow.kind_case()) {
    case pb::Flow::kCbr:
      return TwoWays{at_rate(bits(flow.cbr().rate()), size_of(flow.cbr().size())), {}};
    case pb::Flow::kPoisson:
      return TwoWays{at_rate(bits(flow.poisson().rate()), size_of(flow.poisson().size())), {}};
    case pb::Flow::kOnoff: {
      const double on = to_seconds(*pb::duration(flow.onoff().on()));
      const double off = to_seconds(*pb::duration(flow.onoff().off()));
      return TwoWays{
          at_rate(bits(flow.onoff().rate()) * on / (on + off), size_of(flow.onoff().size())), {}};
    }
    case pb::Flow::kPing: {
      const Duration interval =
          pb::duration(flow.ping().interval()).value_or(std::chrono::seconds(1));
      const auto size =
          static_cast<std::uint32_t>(pb::size(flow.ping().size()).value_or(Bytes{kPingSize}).value);
      const Offered echo{1 / to_seconds(interval), size};  // ICMP's header is as long as UDP's
      return TwoWays{echo, echo};
    }
    case pb::Flow::kBulk:
      return flow.demand().empty() ? std::nullopt : std::optional(tcp(bits(flow.demand())));
    case pb::Flow::kRequestResponse: {
      if (flow.demand().empty()) {
        return std::nullopt;
      }
      // The demand is of responses.
      const TwoWays responses = tcp(bits(flow.demand()));
      return TwoWays{*responses.back, responses.there};
    }
    case pb::Flow::kTrace:
      return flow.demand().empty()
                 ? std::nullopt
                 : std::optional(TwoWays{at_rate(bits(flow.demand()), kDefaultSize), {}});
    case pb::Flow::kTraceroute:
    case pb::Flow::KIND_NOT_SET:
      break;
  }
  return std::nullopt;
}

}  // namespace violin
