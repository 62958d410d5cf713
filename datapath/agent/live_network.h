// A scenario's network in real time: built as for a simulation, run in virtual time first if that
// is asked for, then flipped, and from then on served by a thread of its own.
//
//   scenario -> Network --(virtual time)--> go_live(): Reactor + TunnelUnderlay -> kernel's thread
//                                                                                    ^
//   control threads ------------- on_kernel([] { ... }) ------------------------------'
//
// vHosts stay models with the scenario's applications, or move outside behind outlets, to which
// guests are connected (stations.h).
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "datapath/agent/tunnel_underlay.h"
#include "datapath/reactor/reactor.h"
#include "scenarios/build/builder.h"
#include "scenarios/build/network.h"
#include "scenarios/load/load.h"
#include "scenarios/run/flows.h"
#include "scenarios/run/run_result.h"
#include "scenarios/run/timeline.h"

namespace violin {

struct LiveOptions {
  std::optional<std::uint64_t> seed;  // in the place of the scenario's
  Duration simulate_for{};            // in virtual time, before the flip
  bool emulate_underlay = false;      // the substrate's delays, losses and limits, before tunnels
  Duration spin{};                    // see ReactorOptions
};

// Frames that an entity was given, and those that the whole network has dropped in transit.
struct Passing {
  std::uint64_t frames = 0;
  std::uint64_t dropped = 0;
};

class LiveNetwork {
 public:
  // Builds it, and simulates what is to be simulated; the scenario's timeline goes on when live.
  // Throws as run() does.
  LiveNetwork(scenario::LoadedScenario scenario, const LiveOptions& options);
  LiveNetwork(const LiveNetwork&) = delete;
  LiveNetwork& operator=(const LiveNetwork&) = delete;
  ~LiveNetwork();

  // Flips to real time. Before run(). Throws std::system_error where sockets cannot be had.
  void go_live();
  // Starts the kernel's thread.
  void run();
  // Ends it; the network stays as it was then.
  void stop();

  // Does `work` on the kernel's thread between two of its rounds, or at once while there is none;
  // its result, or what it threw.
  template <typename Work>
  std::invoke_result_t<Work> on_kernel(Work work);

  // Everything below is for the kernel's thread.

  Kernel& kernel() { return kernel_; }
  Reactor& reactor() { return *reactor_; }  // once live
  Network& network() { return network_; }
  ScenarioBuilder& builder() { return builder_; }
  Flows& flows() { return *flows_; }
  Timeline& timeline() { return *timeline_; }
  TunnelUnderlay& underlay() { return *underlay_; }  // once live

  // Changes the network as an event of the scenario's timeline does, given as JSON of that message
  // without its time. Throws scenario::ScenarioError, and changes nothing, if it makes no sense.
  void change(const std::string& event);

  // The cable at a vNIC, or a trunk, is what it was before the first change of it. Throws
  // std::runtime_error if there is none.
  void reset_link(const std::string& nic);
  void reset_trunk(const std::string& a, const std::string& b);

  // What the run has been so far: books, links, flows, as a simulation tells them.
  RunResult result() const;
  Passing passing(const std::string& entity) const;
  // How the entity's move went; none while it goes on, or where there was nothing to hand over.
  std::optional<MoveReport> move_of(const std::string& entity) const;
  bool moving(const std::string& entity) const;

 private:
  const Node& node(const std::string& entity) const;
  VirtualLink& link_at(const std::string& nic) const;
  VirtualLink& trunk_between(const std::string& a, const std::string& b) const;
  void reset(VirtualLink& link);
  void remember_links(const scenario::Event& event);

  scenario::LoadedScenario scenario_;
  scenario::LoadedScenario changed_;  // with what changes added to its timeline
  LiveOptions options_;
  Kernel kernel_;
  std::unique_ptr<TunnelUnderlay> underlay_;  // outlives the network
  Network network_;
  ScenarioBuilder builder_;
  std::unique_ptr<Flows> flows_;
  std::unique_ptr<Timeline> timeline_;
  Reactor* reactor_ = nullptr;  // the kernel's
  std::map<std::string, std::shared_ptr<const LinkSpec>>
      before_;  // links that were changed, by name
  std::thread thread_;
};

template <typename Work>
std::invoke_result_t<Work> LiveNetwork::on_kernel(Work work) {
  if (!thread_.joinable() || std::this_thread::get_id() == thread_.get_id()) {
    return work();
  }
  std::packaged_task<std::invoke_result_t<Work>()> task(std::move(work));
  auto result = task.get_future();
  reactor_->post([&task] { task(); });
  return result.get();
}

}  // namespace violin
