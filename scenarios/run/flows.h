// The traffic of a scenario: each flow's applications, started and stopped in time, and what they
// found out.
//
// A flow's applications are made when it starts, so its ends may be entities that the timeline has
// added. When an end is removed, the flow stops there and keeps what was measured.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/app/app.h"
#include "models/app/traceroute.h"
#include "scenarios/build/builder.h"
#include "scenarios/run/run_result.h"

namespace violin {

class Flows {
 public:
  // The builder and what it refers to outlive this.
  explicit Flows(ScenarioBuilder& builder);
  Flows(const Flows&) = delete;
  Flows& operator=(const Flows&) = delete;
  ~Flows();

  // By name as in the scenario; of a flow with pairs all, or one by its own name. False if there is
  // none.
  bool start(std::string_view name);
  bool stop(std::string_view name);
  // Before the entity is removed: its applications go.
  void leave(const Node& node);

  std::vector<FlowResult> results() const;
  std::vector<PathResult> paths() const;
  // What could not be started, and why.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  struct Receiver {
    const Node* node;
    std::unique_ptr<App> app;
  };
  struct Flow;

  void add(const scenario::Flow& message);
  void begin(Flow& flow);
  void end(Flow& flow);
  void make_apps(Flow& flow, Node& from, Node* to, Ipv4Address destination);
  void warn(const Flow& flow, const std::string& why);
  std::uint16_t port_at(const Node& receiver, const scenario::Flow& message);
  void make_udp_apps(Flow& flow, VHost& host, const std::vector<Node*>& receivers,
                     Ipv4Address destination);
  void make_tcp_apps(Flow& flow, Node& from, Node& to, Ipv4Address destination);
  static FlowResult describe(const Flow& flow, const FlowReport& report);
  std::vector<FlowResult> describe(const Flow& flow) const;
  PathResult describe_path(const Flow& flow, const Traceroute& traceroute) const;
  void keep(Flow& flow);
  void close_group(Flow& flow);
  std::string display(const Node& node) const;
  template <typename Act>
  bool each(std::string_view name, Act act);

  ScenarioBuilder& builder_;
  Network& network_;
  EventOrigin origin_;
  std::vector<std::unique_ptr<Flow>> flows_;
  std::map<std::string, std::vector<Flow*>, std::less<>> by_name_;
  std::map<std::pair<const Node*, bool>, std::uint16_t> ports_;  // given so far; true: TCP
  std::vector<std::string> warnings_;
};

}  // namespace violin
