#include "models/vhost/fragment.h"

#include <algorithm>

#include "core/require.h"

namespace violin {
namespace {

wire::Ipv4Header continuation_of(const wire::Ipv4Header& header) {
  wire::Ipv4Header later = header;
  later.options.fill(0);
  later.options_size =
      wire::copied_options(std::span(header.options).first(header.options_size), later.options);
  return later;
}

}  // namespace

std::vector<Frame> fragment(const wire::Ipv4Header& header, const Frame& datagram,
                            std::uint32_t mtu) {
  require(!header.dont_fragment && header.total_length > mtu && mtu >= 68,
          "a datagram is cut only where it must be and may be");
  std::vector<Frame> fragments;
  wire::Ipv4Header piece = header;
  const std::size_t end = header.payload_size();
  for (std::size_t at = 0; at < end;) {
    const std::size_t room = (mtu - piece.size()) / 8 * 8;
    const bool last = end - at <= mtu - piece.size();
    const std::size_t length = last ? end - at : room;
    piece.total_length = static_cast<std::uint16_t>(piece.size() + length);
    piece.fragment_offset = static_cast<std::uint16_t>(header.fragment_offset + at / 8);
    piece.more_fragments = !last || header.more_fragments;
    Frame& frame = fragments.emplace_back(datagram.slice(header.size() + at, length));
    piece.serialize(frame.push_front(piece.size()));
    at += length;
    piece = at == length ? continuation_of(header) : piece;
  }
  return fragments;
}

}  // namespace violin
