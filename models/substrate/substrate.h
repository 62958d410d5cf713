// The substrate: the overlay hosts and the delay, loss and bandwidth between any two of them, which
// may change during a run.
//
// Where the delays come from is a PathModel: a measured matrix, a router graph or coordinates. What
// is set for one pair here goes before what its model says. Whatever changes advances version()
// and is told to the observers after it holds.
//
// All pairs are directed. A host is at distance 0 of itself, without loss or limit. A host that has
// failed keeps its delays: ask host_up(). Asking for a host, link or pair of hosts that does not
// exist is a bug (std::logic_error). Not for concurrent use, const members included (they cache).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/quantity.h"
#include "core/time.h"
#include "models/substrate/delay_matrix.h"
#include "models/substrate/overlay_host.h"
#include "models/substrate/path_model.h"

namespace violin {

class SubstrateObserver {
 public:
  virtual ~SubstrateObserver() = default;
  // Delay, loss or bandwidth from one host to another.
  virtual void on_pair_changed(HostId from, HostId to) = 0;
  // Those of any number of pairs.
  virtual void on_paths_changed() = 0;
  // A host's capacity, memory, access bandwidth, or whether it is up.
  virtual void on_host_changed(HostId host) = 0;
};

class Substrate {
 public:
  // Throws std::invalid_argument naming the host if a name is empty or there twice, or if the model
  // is for another number of hosts.
  Substrate(std::vector<OverlayHost> hosts, PathModel paths);
  // Movable as long as nobody observes it.
  Substrate(Substrate&&) = default;
  Substrate& operator=(Substrate&&) = default;

  std::span<const OverlayHost> hosts() const { return hosts_; }
  std::size_t size() const { return hosts_.size(); }
  const OverlayHost& host(HostId id) const;
  bool host_up(HostId id) const;
  std::optional<HostId> find(std::string_view name) const;

  // One way; nullopt: there is no way from one to the other.
  std::optional<Duration> delay(HostId from, HostId to) const;
  // Probability per frame; 1 where there is no way.
  double loss(HostId from, HostId to) const;
  // The narrowest place of the path, access links apart; nullopt: no limit is known.
  std::optional<BitRate> bandwidth(HostId from, HostId to) const;
  // The links in order of travel; empty without a graph, without a way, and within a router.
  std::vector<SubstrateLinkId> path(HostId from, HostId to) const;
  // All delays as they are now, at most DelayMatrix::kMax: size() x size() cells of 4 bytes.
  DelayMatrix delays() const;
  // nullptr unless the model is a router graph.
  const RouterGraph* graph() const;

  // Setting nullopt gives the pair back to its model.
  void set_delay(HostId from, HostId to, std::optional<Duration> delay);
  void set_loss(HostId from, HostId to, std::optional<double> probability);
  void set_bandwidth(HostId from, HostId to, std::optional<BitRate> bandwidth);
  // Multiplies all delays, also those set for a pair, by this instead of the factor set before (1
  // at first). Finite and > 0.
  void set_delay_factor(double factor);
  // Other measurements of the same hosts; what was set for a pair stays. Throws
  // std::invalid_argument if `paths` is for another number of hosts.
  void set_paths(PathModel paths);

  void set_host_capacity(HostId id, std::optional<FrameRate> capacity);
  void set_host_memory(HostId id, std::optional<Bytes> memory);
  void set_host_access(HostId id, std::optional<BitRate> up, std::optional<BitRate> down);
  void fail_host(HostId id);
  void restore_host(HostId id);

  // Of the graph, which there must be. Failing a link fails the cable: both directions.
  void set_link_delay(SubstrateLinkId id, Duration delay);
  void set_link_capacity(SubstrateLinkId id, std::optional<BitRate> capacity);
  void set_link_loss(SubstrateLinkId id, double loss);
  void fail_link(SubstrateLinkId id);
  void restore_link(SubstrateLinkId id);

  std::uint64_t version() const { return version_; }
  // `observer` stays until it is removed, and neither adds nor removes any while it is told.
  void add_observer(SubstrateObserver& observer);
  void remove_observer(SubstrateObserver& observer);

 private:
  struct PairSetting {
    std::optional<Duration> delay;
    std::optional<double> loss;
    std::optional<BitRate> bandwidth;
  };
  const PairSetting* setting(HostId from, HostId to) const;
  PairSetting& mutable_setting(HostId from, HostId to);
  OverlayHost& mutable_host(HostId id);
  RouterGraph& mutable_graph();
  void set_link_up(SubstrateLinkId id, bool up);
  void set_host_up(HostId id, bool up);
  void pair_changed(HostId from, HostId to);
  void paths_changed();
  void host_changed(HostId id);

  std::vector<OverlayHost> hosts_;
  std::vector<bool> up_;
  std::map<std::string, HostId, std::less<>> by_name_;
  PathModel paths_;
  std::map<std::pair<HostId, HostId>, PairSetting> settings_;
  double delay_factor_ = 1;
  std::uint64_t version_ = 0;
  std::vector<SubstrateObserver*> observers_;
};

}  // namespace violin
