// A live kernel, sinks that keep what they are given, and a bare socket to play a peer.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/frame_sink.h"
#include "core/kernel.h"
#include "datapath/reactor/reactor.h"
#include "datapath/udp/datagram_intake.h"
#include "datapath/udp/datagram_socket.h"
#include "tests/datapath/tunnel/datagram_bytes.h"

namespace violin {

struct KeepingSink : FrameSink {
  void receive(PortIndex /*port*/, std::span<Frame> burst, TimePoint /*now*/) override {
    ++bursts;
    for (Frame& frame : burst) {
      kept.push_back(bytes_of(frame));
      frame.reset();
    }
  }
  std::vector<std::vector<std::uint8_t>> kept;
  int bursts = 0;
};

struct LiveWorld {
  LiveWorld() {
    auto made = std::make_unique<Reactor>();
    reactor = made.get();
    kernel.go_live(std::move(made));
  }
  // Lets time go on until it holds, for ten seconds at most.
  bool run_until(const std::function<bool()>& holds) {
    const TimePoint end = kernel.now() + std::chrono::seconds(10);
    // What is on loopback is there at once; what is not is waited for.
    for (int round = 0; !holds() && kernel.now() < end; ++round) {
      run_for(std::chrono::milliseconds(round < 3 ? 0 : 1));
    }
    return holds();
  }
  void run_for(Duration time) { kernel.run_until(kernel.now() + time); }

  Kernel kernel;
  Reactor* reactor;
};

// Sends and receives datagrams as they are.
struct BarePeer {
  explicit BarePeer(Ipv4Address address = Ipv4Address(127, 0, 0, 1)) : socket({address, 0}) {}
  void send(const UdpAddress& to, const std::vector<std::uint8_t>& bytes) const {
    const sockaddr_in name = to.name();
    if (sendto(socket.fd(), bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&name),
               sizeof name) != static_cast<ssize_t>(bytes.size())) {
      throw_errno("a test's peer cannot send");
    }
  }
  std::vector<std::vector<std::uint8_t>> receive() {
    std::vector<std::vector<std::uint8_t>> all;
    for (auto some = intake.receive(); !some.empty(); some = intake.receive()) {
      for (const Datagram& datagram : some) {
        all.push_back(bytes_of(datagram.frame));
      }
    }
    return all;
  }
  UdpAddress local() const { return socket.local(); }

  FramePool pool;
  DatagramSocket socket;
  DatagramIntake intake{socket, pool};
};

}  // namespace violin
