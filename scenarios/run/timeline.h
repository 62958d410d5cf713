// What a scenario changes while it runs: each event at its time, in the order written.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "scenarios/build/builder.h"
#include "scenarios/run/flows.h"
#include "scenarios/run/run_result.h"
#include "scenarios/run/substrate_traces.h"

namespace violin {

using DropTotals = std::array<std::uint64_t, kDropCount>;

// Of the whole network so far, what was removed included.
DropTotals count_drops(const Network& network);
// Those that are not zero, most first.
std::vector<DropCount> list_drops(const DropTotals& drops);

class Timeline {
 public:
  // What is referred to outlives this. Reads the data files that events name: throws LoadError and
  // scenario::ScenarioError for what is wrong with them.
  Timeline(ScenarioBuilder& builder, Flows& flows);

  // Moves an entity now, as something that happened.
  void migrate(Node& node, HostId host, Duration downtime, const std::string& why);

  // Does now what the event says, besides what the scenario has. The event has been validated.
  void apply(const scenario::Event& event);

  // What happened so far. An event's drops are those from then until the next one, or now.
  std::vector<EventResult> results() const;

 private:
  void read_measurements();
  void on_timer();
  void arm_next();
  void note(const scenario::Event& event);
  void on_trace();
  void arm_trace();
  void apply(const scenario::Event& event, const std::string& path);
  std::string describe(const scenario::Event& event) const;

  void add(const scenario::Addition& addition, const std::string& path);
  void remove(const std::string& entity, const std::string& path);
  void forget(const Node& node);
  void add_nic(const scenario::NicAddition& addition, const std::string& path);
  void remove_nic(const std::string& nic, const std::string& path);
  void rewire(const scenario::Rewiring& rewiring, const std::string& path);
  void migrate(const scenario::Migration& migration, const std::string& path);
  void change_link(const scenario::LinkChange& change, const std::string& path);
  void graft(const scenario::LanGraft& graft, const std::string& path);
  void change_substrate(const scenario::SubstrateChange& change, const std::string& path);
  void set_host_up(const std::string& host, bool up, const std::string& path);

  Node& entity(const std::string& reference, const std::string& path) const;
  std::pair<Node*, Nic*> nic(const std::string& reference, const std::string& path) const;
  HostId host(const std::string& name, const std::string& path) const;
  [[noreturn]] void fail(const std::string& path, const std::string& what) const;

  ScenarioBuilder& builder_;
  Network& network_;
  Flows& flows_;
  EventOrigin origin_;
  Timer timer_;
  int next_ = 0;
  std::map<std::string, DelayMatrix> measurements_;  // by path, as events name them
  SubstrateTraces traces_;
  Timer trace_timer_;
  // Of vNICs that were re-wired, by "violin/entity.nic": the cable that they have, or had last.
  std::map<std::string, std::shared_ptr<const LinkSpec>> cables_;
  struct Happened {
    EventResult event;
    DropTotals before;
  };
  std::vector<Happened> happened_;
};

}  // namespace violin
