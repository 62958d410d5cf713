#include "models/vhost/icmp_error.h"

#include <algorithm>

namespace violin {

namespace {

constexpr std::size_t kMaxError = 576;  // with its IPv4 header
constexpr std::size_t kMinQuotedPayload = 8;
constexpr std::size_t kLongestDatagram = 65535;

}  // namespace

wire::Parsed<QuotedDatagram> QuotedDatagram::parse(std::span<const std::uint8_t> quote) {
  // The quote is cut short, so the datagram's length says nothing about the bytes here.
  const auto header = wire::Ipv4Header::parse(quote, kLongestDatagram);
  if (!header) {
    return header.reason();
  }
  const auto payload = quote.subspan(header->size());
  if (payload.size() < kMinQuotedPayload) {
    return Drop::kBadHeader;
  }
  return QuotedDatagram{*header, payload};
}

bool may_answer_with_error(const wire::Ipv4Header& header, std::span<const std::uint8_t> payload) {
  if (header.fragment_offset != 0 || !is_single_host(header.source)) {
    return false;
  }
  if (header.protocol != wire::IpProtocol::kIcmp) {
    return true;
  }
  const auto is = [&](wire::IcmpType type) {
    return !payload.empty() && payload[0] == static_cast<std::uint8_t>(type);
  };
  return is(wire::IcmpType::kEchoRequest) || is(wire::IcmpType::kEchoReply);
}

Frame make_error(const IcmpProblem& problem, const wire::Ipv4Header& header,
                 const IpPacket& about) {
  const std::size_t room = kMaxError - wire::Ipv4Header::kMinSize - wire::IcmpHeader::kSize;
  Frame message = about.frame.slice(about.at, std::min<std::size_t>(header.total_length, room));
  message.push_front(wire::IcmpHeader::kSize);
  wire::IcmpHeader{problem.type, problem.code, problem.rest}.serialize(message.writable());
  return message;
}

}  // namespace violin
