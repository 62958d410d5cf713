// A scenario as a placement problem: what its planning section says, over the network that it
// builds.
//
// Entities are those of the VIOLINs on the substrate, in the order of their making. Demands are the
// planning section's, else what the traffic asks for at its mean rate while it is on: ping and TCP
// also there and back; a broadcast at every vHost and vRouter of its vLAN, multicast at the
// members. Each takes the route that hosts and routers have at the places that the scenario, its
// plan and, where neither does, the first host give; where routers form a mesh, other places can
// lead to other routes. Traffic of a VIOLIN that runs on another one is carried by the other's
// vHosts as VXLAN, and counts as demands between these.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/kernel.h"
#include "models/placement/problem.h"
#include "scenarios/build/builder.h"

namespace violin {

class Planning {
 public:
  // Throws scenario::ScenarioError with all that is wrong with the scenario, its data and its
  // planning section.
  explicit Planning(scenario::LoadedScenario scenario);
  // Of a network that runs, as it is now: with the traffic that is on, as far as there is a way for
  // it. The builder outlives this.
  explicit Planning(const ScenarioBuilder& running);
  Planning(const Planning&) = delete;
  Planning& operator=(const Planning&) = delete;
  ~Planning();

  const scenario::LoadedScenario& scenario() const { return builder_->scenario(); }
  const placement::Problem& problem() const { return *problem_; }
  // Constant-rate UDP, as flows of the scenario, for each demand.
  const std::vector<scenario::Flow>& flows() const { return flows_; }
  const VirtualLink& link(std::size_t index) const { return *links_[index]; }
  // The network that the scenario builds.
  const ScenarioBuilder& builder() const { return *builder_; }
  const Node* find(const std::string& entity) const { return builder_->find(entity); }
  Node& node(placement::EntityId entity) const { return *nodes_[to_index(entity)]; }
  // Whether vRouters form a mesh and find their routes themselves: then demands may take other
  // routes at other places.
  bool routes_may_change() const;
  // Where entities are as the scenario or its plan says; nullopt if some are without a host.
  const std::optional<placement::Assignment>& given() const { return given_; }
  // What was left out, and why.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  class Reader;

  // What it builds itself.
  struct Built;

  std::vector<std::string> warnings_;
  std::unique_ptr<Built> built_;
  const ScenarioBuilder* builder_;
  std::unique_ptr<placement::Problem> problem_;
  std::vector<Node*> nodes_;               // by EntityId
  std::vector<const VirtualLink*> links_;  // by index of the problem's
  std::vector<scenario::Flow> flows_;
  std::optional<placement::Assignment> given_;
};

// The scenario with its plan replaced by this placement of the problem's entities.
scenario::LoadedScenario with_plan(const scenario::LoadedScenario& scenario,
                                   const placement::Problem& problem,
                                   const placement::Assignment& placement);

}  // namespace violin
