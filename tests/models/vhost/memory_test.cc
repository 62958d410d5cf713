// What a host costs while nothing happens, by counting what the allocator is asked for.
#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdlib>
#include <new>

#include "models/vhost/vhost.h"

namespace {

std::size_t held = 0;  // bytes, as the allocator rounds them up
std::size_t requests = 0;

void* counted(void* p) {
  if (p == nullptr) {
    throw std::bad_alloc();
  }
  held += malloc_usable_size(p) + sizeof(std::size_t);  // glibc's header of a chunk
  ++requests;
  return p;
}

void uncounted(void* p) {
  if (p != nullptr) {
    held -= malloc_usable_size(p) + sizeof(std::size_t);
    std::free(p);
  }
}

}  // namespace

void* operator new(std::size_t size) { return counted(std::malloc(size)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(std::aligned_alloc(static_cast<std::size_t>(alignment), size));
}
void operator delete(void* p) noexcept { uncounted(p); }
void operator delete(void* p, std::size_t) noexcept { uncounted(p); }
void operator delete(void* p, std::align_val_t) noexcept { uncounted(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { uncounted(p); }

namespace violin {
namespace {

struct Nowhere final : FrameSink {
  void receive(PortIndex, std::span<Frame> burst, TimePoint) override {
    for (Frame& frame : burst) {
      frame.reset();
    }
  }
};

TEST(VHostMemory, OfAnIdleHostWithOneVNicAndAGatewayIsAtMostAKilobyteAndAHalf) {
  Kernel kernel;
  Nowhere nowhere;
  std::vector<std::unique_ptr<VHost>> hosts;
  constexpr std::size_t kHosts = 1000;
  hosts.reserve(kHosts);
  const std::size_t before = held;
  for (std::size_t i = 0; i < kHosts; ++i) {
    VHost& host = *hosts.emplace_back(
        std::make_unique<VHost>(kernel, "a-vhost-with-a-longish-name-" + std::to_string(i)));
    const PortIndex port =
        host.add_vnic({"eth0",
                       MacAddress::local(i),
                       {Ipv4Address(0x0a000001U + static_cast<std::uint32_t>(i)), 8},
                       1500});
    host.set_default_gateway(Ipv4Address(10, 255, 0, 1));
    host.plug(port, {&nowhere, {}});
  }
  const std::size_t each = (held - before) / kHosts;
  RecordProperty("bytes", static_cast<int>(each));
  EXPECT_LE(each, 1536U);
  EXPECT_EQ(kernel.events(), 0U);
}

TEST(VHostMemory, IsGivenBackWhenAHostGoes) {
  Kernel kernel;
  const std::size_t before = held;
  {
    VHost host(kernel, "h");
    host.add_vnic({"eth0", MacAddress::local(1), {Ipv4Address(10, 0, 0, 1), 8}, 1500});
    host.neighbors(PortIndex{});
  }
  EXPECT_EQ(held, before);
}

struct Counter final : UdpReceiver {
  void on_datagram(UdpDatagram&, TimePoint) override { ++datagrams; }
  std::uint64_t datagrams = 0;
};

TEST(VHostMemory, IsNotAskedForWhileADatagramFlowIsSteady) {
  Kernel kernel;
  VHost a(kernel, "a");
  VHost b(kernel, "b");
  const PortIndex a0 =
      a.add_vnic({"eth0", MacAddress::local(1), {Ipv4Address(10, 0, 0, 1), 8}, 1500});
  const PortIndex b0 =
      b.add_vnic({"eth0", MacAddress::local(2), {Ipv4Address(10, 0, 0, 2), 8}, 1500});
  a.plug(a0, {&b, b0});
  b.plug(b0, {&a, a0});
  Counter counter;
  UdpSocket sender(a, counter);
  UdpSocket receiver(b, counter, 5);
  const auto send = [&] {
    sender.send_to(Ipv4Address(10, 0, 0, 2), 5, kernel.frames().make(24, 976), kernel.now());
  };
  send();  // resolves and allocates what it needs
  const std::size_t before = requests;
  for (int i = 0; i < 1000; ++i) {
    send();
  }
  EXPECT_EQ(requests, before);
  EXPECT_EQ(counter.datagrams, 1001U);
}

}  // namespace
}  // namespace violin
