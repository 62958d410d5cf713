// What tests with real guests share: a guest kernel or a reason to skip, a directory of one's own,
// and guests on the host's files.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "datapath/uml/guest.h"
#include "datapath/uml/guest_host.h"

namespace violin::uml {

class GuestTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::access(GuestSpec{}.kernel.c_str(), X_OK) != 0) {
      GTEST_SKIP() << "there is no guest kernel: apt-get install user-mode-linux";
    }
  }
  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove_all(base_, ignored);
  }

  std::filesystem::path directory(const std::string& name) const { return base_ / name; }
  static GuestSpec spec(const std::string& name) {
    GuestSpec spec;
    spec.name = name;
    return spec;
  }
  std::unique_ptr<Guest> started(GuestSpec spec) {
    const std::string name = spec.name;
    auto guest = std::make_unique<Guest>(host_, std::move(spec), directory(name));
    guest->start();
    return guest;
  }
  std::unique_ptr<Guest> ready(GuestSpec spec) {
    auto guest = started(std::move(spec));
    guest->wait_until_ready();
    return guest;
  }

  const std::filesystem::path base_ =
      std::filesystem::temp_directory_path() / ("violin-uml-test-" + std::to_string(::getpid()));
  GuestHost host_;
};

// A UDP port of 127.0.0.1 that was free just now.
inline std::uint16_t free_udp_port() {
  const FileDescriptor probe(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(probe.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(probe.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw_errno("cannot find a free port");
  }
  return ntohs(address.sin_port);
}

}  // namespace violin::uml
