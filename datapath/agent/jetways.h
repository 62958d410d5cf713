// The jetways of a live network: each joins a vSwitch with a TAP device of this host, or with a
// user-mode stack, while it is on. Off, nothing of it is there.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "datapath/agent/journal.h"
#include "datapath/agent/live_network.h"
#include "datapath/jetway/jetway.h"

namespace violin {

struct JetwayRequest {
  std::string vswitch;
  std::string device;                    // of the TAP; one is made up if empty
  std::optional<Ipv4Interface> address;  // of the TAP, so that the host is a station of the vLAN
  // A stack in this process in place of a TAP: no privilege; `address` is then the gateway's, and
  // there must be one.
  bool user_mode = false;
  std::vector<JetwayRule> rules;  // none: IPv4 of the VIOLIN's own subnets
};

struct JetwayState {
  std::string vswitch;
  std::string device;
  Jetway::Counters counters;
};

class Jetways {
 public:
  // All of it outlives this.
  Jetways(LiveNetwork& live, Journal& journal, std::string owner)
      : live_(live), journal_(journal), owner_(std::move(owner)) {}
  Jetways(const Jetways&) = delete;
  Jetways& operator=(const Jetways&) = delete;
  ~Jetways();

  // The TAP's name. Throws std::runtime_error, naming the remedy, if there is no such vSwitch, it
  // has one, or the system gives no device.
  std::string on(const JetwayRequest& request);
  // Throws std::runtime_error if that vSwitch has none.
  void off(const std::string& vswitch);
  std::vector<JetwayState> states();

 private:
  struct Entry {
    std::unique_ptr<Jetway> jetway;
    std::string device;
    PortIndex port;
    std::optional<std::int64_t> journal_id;  // of what is made on the machine
  };
  void remove(const std::string& vswitch, Entry& entry);
  void strike(const Entry& entry);

  LiveNetwork& live_;
  Journal& journal_;
  std::string owner_;
  std::uint32_t made_ = 0;                // devices
  std::map<std::string, Entry> entries_;  // by the vSwitch's full name
};

}  // namespace violin
