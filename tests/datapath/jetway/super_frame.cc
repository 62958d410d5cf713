#include "tests/datapath/jetway/super_frame.h"

namespace violin {

namespace {

void put(Octets& out, std::uint64_t value, int bytes) {
  while (bytes-- > 0) {
    out.push_back(static_cast<std::uint8_t>(value >> (8 * bytes)));
  }
}

void append(Octets& out, const Octets& more) { out.insert(out.end(), more.begin(), more.end()); }

Octets ethernet(const SuperFrame& of) {
  Octets out = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
  if (of.tagged) {
    put(out, 0x8100'0007, 4);
  }
  put(out, of.ipv6 ? 0x86dd : 0x0800, 2);
  return out;
}

Octets addresses(const SuperFrame& of) {
  if (!of.ipv6) {
    return {10, 9, 8, 1, 10, 9, 8, 2};
  }
  Octets out = {0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  append(out, {0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2});
  return out;
}

Octets ipv6(const SuperFrame& of) {
  Octets out;
  put(out, 0x6000'0000, 4);
  put(out, of.tcp_size() + of.payload, 2);
  put(out, 0x0640, 2);
  append(out, addresses(of));
  return out;
}

Octets ipv4(const SuperFrame& of) {
  Octets out;
  put(out, 0x4000 | of.ip_size() / 4 << 8, 2);
  put(out, of.ip_size() + of.tcp_size() + of.payload, 2);
  put(out, of.identification, 2);
  put(out, 0x4000, 2);  // DF
  put(out, 0x4006, 2);
  put(out, 0, 2);
  append(out, addresses(of));
  out.resize(of.ip_size(), 1);
  const auto checksum = static_cast<std::uint16_t>(~plain_sum(out));
  out[10] = static_cast<std::uint8_t>(checksum >> 8);
  out[11] = static_cast<std::uint8_t>(checksum);
  return out;
}

Octets tcp(const SuperFrame& of) {
  Octets pseudo = addresses(of);
  put(pseudo, 6, 4);
  put(pseudo, of.tcp_size() + of.payload, 4);
  Octets out;
  put(out, 40'000, 2);
  put(out, 5201, 2);
  put(out, of.sequence, 4);
  put(out, 0x0102'0304, 4);
  put(out, of.tcp_size() / 4 << 12 | of.flags, 2);
  put(out, 512, 2);
  put(out, plain_sum(pseudo), 2);
  put(out, 0, 2);
  out.resize(of.tcp_size(), 1);
  return out;
}

}  // namespace

Octets octets_of(const SuperFrame& super_frame) {
  Octets out = ethernet(super_frame);
  append(out, super_frame.ipv6 ? ipv6(super_frame) : ipv4(super_frame));
  append(out, tcp(super_frame));
  for (std::size_t i = 0; i < super_frame.payload; ++i) {
    out.push_back(static_cast<std::uint8_t>(i % 251));
  }
  return out;
}

Frame make(const SuperFrame& super_frame, FramePool& pool) {
  Frame frame = pool.copy_of(octets_of(super_frame));
  frame.set_offload({.segment_size = super_frame.segment_size, .checksum_pending = true});
  return frame;
}

std::uint16_t plain_sum(const Octets& bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    sum += static_cast<std::uint32_t>(i % 2 == 0 ? bytes[i] << 8 : bytes[i]);
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(sum);
}

}  // namespace violin
