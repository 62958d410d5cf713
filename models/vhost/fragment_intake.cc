#include "models/vhost/fragment_intake.h"

#include <utility>
#include <vector>

namespace violin {

namespace {

FragmentIntake::Datagram with_header(IpPacket packet) {
  const auto header =
      wire::Ipv4Header::parse(packet.bytes(), packet.frame.size().value - packet.at);
  require(static_cast<bool>(header), "what was taken in or joined is a good datagram");
  return {*header, std::move(packet)};
}

}  // namespace

FragmentIntake::FragmentIntake(Kernel& kernel, EventOrigin& origin, const ReassemblyConfig& config,
                               Ledger& ledger, Expired expired)
    : kernel_(kernel),
      reassembly_(config, ledger),
      expired_(std::move(expired)),
      timer_(Timer::calling<&FragmentIntake::expire>(kernel, origin, *this)) {}

std::optional<FragmentIntake::Datagram> FragmentIntake::add(const wire::Ipv4Header& header,
                                                            IpPacket packet, TimePoint now) {
  std::optional<IpPacket> whole = reassembly_.add(header, std::move(packet), now);
  arm();
  return whole ? std::optional(with_header(*std::move(whole))) : std::nullopt;
}

void FragmentIntake::abandon(Drop reason) {
  reassembly_.abandon(reason);
  timer_.cancel();
}

std::list<Reassembly::Partial> FragmentIntake::release() {
  timer_.cancel();
  return reassembly_.release();
}

void FragmentIntake::adopt(std::list<Reassembly::Partial> partials) {
  reassembly_.adopt(std::move(partials));
  arm();
}

void FragmentIntake::expire() {
  const TimePoint now = kernel_.now();
  std::vector<IpPacket> firsts = reassembly_.expire(now);
  arm();
  const Expired expired = expired_;  // outlives this
  for (IpPacket& first : firsts) {
    expired(with_header(std::move(first)), now);
  }
}

void FragmentIntake::arm() {
  const TimePoint due = reassembly_.due();
  if (due == kNever) {
    timer_.cancel();
  } else if (!timer_.armed() || timer_.due() != due) {
    timer_.arm(due);
  }
}

}  // namespace violin
