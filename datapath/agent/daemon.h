// Serves a live network: answers `violin`'s verbs at the control socket until it is taken down.
//
//   control socket --> a thread for each user --> request by verb --> LiveNetwork, Stations,
//   Jetways
//
// A request is a JSON object with "verb" and what that needs (the table in daemon.cc); errors are
// told and never end the daemon. Verbs that change something run one after another.
#pragma once

#include <atomic>
#include <condition_variable>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "datapath/agent/control_channel.h"
#include "datapath/agent/jetways.h"
#include "datapath/agent/journal.h"
#include "datapath/agent/live_network.h"
#include "datapath/agent/run_directory.h"
#include "datapath/agent/stations.h"

namespace violin {

class Daemon {
 public:
  // All of it outlives the daemon. `stations` is nullptr where hosts are models. Listens at once.
  Daemon(const RunDirectory& directory, LiveNetwork& live, Stations* stations, Jetways& jetways);
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  ~Daemon();

  // Until a user has asked for the end, or end() was called.
  void serve();
  // From any thread, or a signal's handler thread.
  void end();

 private:
  struct User {
    explicit User(ControlChannel its) : channel(std::move(its)) {}
    ControlChannel channel;
    std::thread thread;
    std::atomic<bool> gone = false;
  };
  using Request = ControlChannel::Received;
  using Answer = nlohmann::json (Daemon::*)(Request&, User&);

  static const std::map<std::string, Answer>& verbs();
  void attend(User& user);
  nlohmann::json answer(Request& request, User& user);
  void bury_gone();

  nlohmann::json status(Request& request, User& user);
  nlohmann::json exec(Request& request, User& user);
  nlohmann::json change(Request& request, User& user);
  nlohmann::json reset_link(Request& request, User& user);
  nlohmann::json migrate(Request& request, User& user);
  nlohmann::json move(const std::string& entity, const std::string& host);
  nlohmann::json guest(Request& request, User& user);
  nlohmann::json jetway(Request& request, User& user);
  nlohmann::json capture(Request& request, User& user);
  nlohmann::json down(Request& request, User& user);

  const RunDirectory& directory_;
  LiveNetwork& live_;
  Stations* stations_;
  Jetways& jetways_;
  ControlListener listener_;
  std::mutex changing_;  // held by verbs that change something or look at the stations
  std::mutex mutex_;     // guards users_
  std::list<User> users_;
  std::atomic<bool> ending_ = false;
};

}  // namespace violin
