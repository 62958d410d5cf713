#include "core/random.h"

namespace violin {

namespace {

std::uint64_t mix(std::uint64_t x) {  // splitmix64's finaliser
  x = (x ^ (x >> 30)) * 0xbf58'476d'1ce4'e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d0'49bb'1331'11ebULL;
  return x ^ (x >> 31);
}

std::uint64_t hash_name(std::string_view name) {  // FNV-1a
  std::uint64_t h = 0xcbf2'9ce4'8422'2325ULL;
  for (const char c : name) {
    h = (h ^ static_cast<unsigned char>(c)) * 0x100'0000'01b3ULL;
  }
  return h;
}

std::uint64_t join(std::uint32_t low, std::uint32_t high) {
  return low | (std::uint64_t{high} << 32);
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD251'1F53U} * counter[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E'8D57U} * counter[2];
    counter = {
        static_cast<std::uint32_t>(p1 >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(p1),
        static_cast<std::uint32_t>(p0 >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(p0)};
    key[0] += 0x9E37'79B9U;
    key[1] += 0xBB67'AE85U;
  }
  return counter;
}

RandomStream::RandomStream(std::uint64_t run_seed, std::string_view name) {
  const std::uint64_t key = mix(mix(run_seed + 0x9e37'79b9'7f4a'7c15ULL) ^ hash_name(name));
  key_ = {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)};
}

std::array<std::uint32_t, 4> RandomStream::block(std::uint64_t number) const {
  return philox4x32(
      {static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number >> 32), 0, 0}, key_);
}

RandomStream::result_type RandomStream::operator()() {
  if ((index_++ & 1) != 0) {
    return spare_;
  }
  const auto words = block(index_ >> 1);
  spare_ = join(words[2], words[3]);
  return join(words[0], words[1]);
}

RandomStream::result_type RandomStream::at(std::uint64_t index) const {
  const auto words = block(index >> 1);
  return (index & 1) != 0 ? join(words[2], words[3]) : join(words[0], words[1]);
}

}  // namespace violin
