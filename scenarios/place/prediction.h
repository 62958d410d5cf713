// What a placement's model predicts for each demand, were it a constant-rate UDP flow: unicast,
// multicast, or a broadcast in its vLAN.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/place/planning.h"

namespace violin {

using Path = std::vector<placement::Hop>;

// A demand with the flow that stands for it.
struct PredictedFlow {
  const placement::Demand* demand;
  const scenario::Flow* flow;
  double frame_bytes;
  double datagrams_per_second;

  bool is_to_many() const { return demand->receivers.size() > 1; }
  // Where it is carried, each once: paths to several receivers have hops in common.
  struct Leg {
    const Path* path;
    std::size_t index;  // in the path

    const placement::Hop& hop() const { return (*path)[index]; }
  };
  std::vector<Leg> legs() const;
};

// Of a frame, one way, in seconds.
struct PredictedDelay {
  double least = 0;     // nobody is in its way; the median where delays are random
  double most = 0;      // at each stage it waits for one frame of each flow that passes there
  double spread = 0;    // how much random delays may differ from their median, either way
  std::string problem;  // why it cannot be told; empty if it can
};

class Prediction {
 public:
  // Both outlive it.
  Prediction(const Planning& planning, const placement::Assignment& placement);

  const std::vector<PredictedFlow>& flows() const { return flows_; }
  // To the receiver at the end of one of its paths.
  PredictedDelay delay(const PredictedFlow& flow, const Path& path) const;
  // Whether nothing on its way is offered more than it carries, or has too short a queue.
  bool drops_nothing(const PredictedFlow& flow, const Path& path) const;
  // Frames that are there after so many hops of a path, of each one sent: fewer by losses and
  // corruption, more by duplication. nullopt where losses come in bursts.
  struct Survival {
    double frames = 1;
    double untouched = 1;  // probability that it passes, and once
  };
  std::optional<Survival> survival(const Path& path, std::size_t hops) const;
  HostId from(const placement::Hop& hop) const { return end(hop, hop.direction); }
  HostId to(const placement::Hop& hop) const { return end(hop, 1 - hop.direction); }

 private:
  // Something that frames of several flows pass one after the other.
  struct Stage {
    std::string name;
    double service = 0;                      // s per frame of the flow that asks
    const QueueParameters* queue = nullptr;  // of a link
    bool operator<(const Stage& other) const { return name < other.name; }
  };
  struct Share {
    double service_of_all = 0;
    double bytes_of_all = 0;
    double utilisation = 0;
    std::uint32_t frames = 0;  // one of each flow each time that it passes
  };

  const PipeParameters& parameters(const placement::Hop& hop) const {
    return planning_.link(hop.link).parameters(hop.direction);
  }
  HostId end(const placement::Hop& hop, std::size_t which) const {
    return placement_[to_index(problem_.links[hop.link].ends[which])];
  }
  void add_stages(const PredictedFlow& flow, const placement::Hop& hop,
                  std::vector<Stage>& stages) const;
  std::vector<Stage> stages(const PredictedFlow& flow, const Path& path) const;
  static bool holds(const QueueParameters& queue, const Share& share);
  void propagate(const Path& path, PredictedDelay& delay) const;
  void serve(const PredictedFlow& flow, const Path& path, PredictedDelay& delay) const;
  // What makes a stage drop frames; empty if nothing does.
  std::string trouble(const Stage& stage) const;

  const Planning& planning_;
  const placement::Problem& problem_;
  const placement::Assignment& placement_;
  std::vector<PredictedFlow> flows_;
  std::map<std::string, Share> shares_;  // by stage
};

}  // namespace violin
