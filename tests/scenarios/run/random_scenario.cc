#include "tests/scenarios/run/random_scenario.h"

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "scenarios/validate/validate.h"

namespace violin {

namespace {

namespace pb = scenario;

constexpr int kDurationMs = 1500;

class Generator {
 public:
  Generator(std::uint64_t seed, const RandomScenarioOptions& options)
      : random_(seed), options_(options) {}

  pb::LoadedScenario make() {
    loaded_.file = "random";
    message().set_name("random");
    message().set_duration(ms(kDurationMs));
    make_substrate();
    const bool two = options_.independent_violins || chance(0.4);
    make_violin("red");
    if (chance(0.3)) {
      make_upper();
    }
    if (two) {
      make_violin("blue");
    }
    for (const pb::Violin& violin : message().violins()) {
      make_flows(violin);
    }
    make_timeline();
    return std::move(loaded_);
  }

 private:
  // ---- chance

  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  int between(int low, int high) {
    return low + static_cast<int>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  bool chance(double probability) {
    return static_cast<double>(random_() >> 11) * 0x1p-53 < probability;
  }
  template <typename T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }
  std::string ms(int value) { return std::to_string(value) + "ms"; }
  std::string some_ms(int low, int high) { return ms(between(low, high)); }
  std::string share(int most_percent) { return std::to_string(between(0, most_percent)) + "%"; }

  pb::Scenario& message() { return loaded_.message; }

  // ---- substrate

  void make_substrate() {
    pb::Substrate& substrate = *message().mutable_substrate();
    substrate.mutable_pairs()->set_default_rtt(some_ms(1, 40));
    hosts_ = {"h0", "h1", "h2"};
    for (int extra = between(0, 2); extra > 0; --extra) {
      hosts_.push_back("h" + std::to_string(hosts_.size()));
    }
    for (const std::string& host : hosts_) {
      substrate.add_hosts()->set_name(host);
    }
    pb::HostPair& pair = *substrate.add_overrides();
    pair.add_between("h0");
    pair.add_between("h1");
    pair.set_rtt(some_ms(0, 60));
    if (chance(0.3)) {
      substrate.set_loss(share(5));
    }
    if (!options_.independent_violins && chance(0.5)) {
      limit(*substrate.mutable_default_host());
    }
  }

  void limit(pb::Host& host) {
    if (chance(0.7)) {
      host.set_capacity(std::to_string(between(200, 20'000)) + "frames/s");
    }
    if (chance(0.7)) {
      host.mutable_access()->set_up(std::to_string(between(1, 100)) + "Mbit/s");
      host.mutable_access()->set_down(std::to_string(between(1, 100)) + "Mbit/s");
    }
  }

  // ---- links

  void make_link(pb::Link& link) {
    if (chance(0.6)) {
      link.set_rate(std::to_string(between(200, 100'000)) + "kbit/s");
    }
    if (chance(0.6)) {
      make_delay(link);
    }
    if (chance(0.3)) {
      link.set_reorder(chance(0.7));
    }
    if (chance(0.3)) {
      link.mutable_loss()->set_probability(share(20));
    } else if (chance(0.2)) {
      pb::GilbertElliott& chain = *link.mutable_loss()->mutable_gilbert_elliott();
      chain.set_p(share(20));
      chain.set_r(std::to_string(between(20, 100)) + "%");
    }
    make_queue(link);
    if (chance(0.2)) {
      link.set_duplicate(share(20));
    }
    if (chance(0.2)) {
      link.set_corrupt(share(20));
    }
    if (chance(0.3)) {
      link.set_overhead("24B");
    }
  }

  void make_delay(pb::Link& link) {
    pb::Delay& delay = *link.mutable_delay();
    switch (between(0, 3)) {
      case 0:
        delay.set_constant(ms(20));
        if (chance(0.5)) {
          link.set_jitter(some_ms(0, 20));
        }
        break;
      case 1:
        delay.mutable_uniform()->set_low(some_ms(0, 5));
        delay.mutable_uniform()->set_high(some_ms(5, 30));
        break;
      case 2:
        delay.mutable_normal()->set_mean(some_ms(0, 20));
        delay.mutable_normal()->set_stddev(some_ms(0, 5));
        break;
      default:
        delay.mutable_pareto()->set_minimum(some_ms(1, 5));
        delay.mutable_pareto()->set_shape(1.5);
    }
  }

  void make_queue(pb::Link& link) {
    switch (between(0, 5)) {
      case 0:
        link.mutable_queue()->set_frames(static_cast<std::uint32_t>(between(1, 50)));
        break;
      case 1:
        link.mutable_queue()->set_bytes(std::to_string(between(1, 50)) + "kB");
        break;
      case 2:
        link.mutable_queue()->mutable_codel();
        break;
      default:
        break;
    }
  }

  // ---- networks

  static std::string lan_prefix(int lan) { return "10.0." + std::to_string(lan) + "."; }
  static std::string subnet(int lan) { return lan_prefix(lan) + "0/24"; }
  std::string address(int lan) { return lan_prefix(lan) + std::to_string(++last_address_) + "/24"; }

  // A tree of vSwitches for each vLAN, vRouters from each to the next, sometimes a ring of them.
  void make_violin(const std::string& name) {
    pb::Violin& violin = *message().add_violins();
    violin.set_name(name);
    violin.mutable_routing()->set_convergence(some_ms(0, 300));
    last_address_ = 10;
    make_link(*violin.mutable_default_link());
    const int lans = between(1, 3);
    for (int lan = 0; lan < lans; ++lan) {
      make_lan(violin, lan, hosts_);
    }
    for (int i = 0; i + 1 < lans; ++i) {
      pb::VRouter& vrouter = *violin.add_vrouters();
      vrouter.set_name("r" + std::to_string(i));
      vrouter.set_host(pick(hosts_));
      plug(*vrouter.add_nics(), i);
      plug(*vrouter.add_nics(), i + 1);
    }
    if (lans == 3 && chance(0.5)) {
      close_ring(violin);
    }
  }

  void close_ring(pb::Violin& violin) {
    pb::Nic& near = *violin.mutable_vrouters(0)->add_nics();
    near.set_address("10.9.0.1/30");
    near.set_to("r1.eth2");
    violin.mutable_vrouters(1)->add_nics()->set_address("10.9.0.2/30");
  }

  void make_lan(pb::Violin& violin, int lan, const std::vector<std::string>& hosts) {
    const std::string prefix = "s" + std::to_string(lan);
    const int switches = between(1, 3);
    for (int i = 0; i < switches; ++i) {
      pb::VSwitch& vswitch = *violin.add_vswitches();
      vswitch.set_name(prefix + std::to_string(i));
      vswitch.set_host(pick(hosts));
      vswitch.add_subnets(subnet(lan));
      if (chance(0.2)) {
        vswitch.set_table_size(static_cast<std::uint32_t>(between(1, 4)));
      }
      if (chance(0.1)) {
        vswitch.mutable_storm_control()->set_rate("100frames/s");
      }
      if (i > 0) {
        pb::Trunk& trunk = *violin.add_trunks();
        trunk.add_between(prefix + std::to_string(between(0, i - 1)));
        trunk.add_between(prefix + std::to_string(i));
      }
    }
    for (int i = between(1, 3); i > 0; --i) {
      pb::VHost& vhost = *violin.add_vhosts();
      vhost.set_name("v" + std::to_string(lan) + std::to_string(i));
      vhost.set_host(pick(hosts));
      plug(*vhost.add_nics(), lan);
      if (chance(0.3)) {
        make_link(*vhost.mutable_nics(0)->mutable_link());
      }
      if (chance(0.1)) {
        vhost.mutable_nics(0)->set_mtu("600B");
      }
    }
  }

  void plug(pb::Nic& nic, int lan) {
    nic.set_address(address(lan));
    nic.set_to("s" + std::to_string(lan) + "0");
  }

  void make_upper() {
    std::vector<std::string> vhosts;
    for (const pb::VHost& vhost : message().violins(0).vhosts()) {
      vhosts.push_back(vhost.name());
    }
    pb::Violin& violin = *message().add_violins();
    violin.set_name("upper");
    violin.set_substrate("red");
    last_address_ = 10;
    make_link(*violin.mutable_default_link());
    make_lan(violin, 0, vhosts);
  }

  // ---- traffic

  std::string rate() { return std::to_string(between(10, 1000)) + "kbit/s"; }
  std::string size() { return std::to_string(between(20, 2500)) + "B"; }

  void make_flows(const pb::Violin& violin) {
    for (int i = between(1, 4); i > 0; --i) {
      pb::Flow& flow = *message().add_traffic();
      flow.set_name(violin.name() + std::to_string(i));
      flow.set_from(violin.name() + "/" + any_vhost(violin));
      const int whom = between(0, 9);
      flow.set_to(whom == 0   ? "10.0.0.255"
                  : whom == 1 ? "10.0.1.77"
                              : violin.name() + "/" + any_vhost(violin));
      flow.set_start(some_ms(0, 500));
      if (chance(0.5)) {
        flow.set_stop(some_ms(600, kDurationMs));
      }
      flow.set_manual(chance(0.1));
      make_kind(flow);
      if (has_errors()) {  // to itself; or TCP to nobody
        message().mutable_traffic()->RemoveLast();
      }
    }
  }

  const std::string& any_vhost(const pb::Violin& violin) {
    return violin.vhosts(between(0, violin.vhosts_size() - 1)).name();
  }

  void make_kind(pb::Flow& flow) {
    switch (between(0, 6)) {
      case 0:
        flow.mutable_ping()->set_interval(some_ms(5, 200));
        flow.mutable_ping()->set_size(size());
        break;
      case 1:
        flow.mutable_traceroute()->set_timeout(some_ms(50, 300));
        break;
      case 2:
        flow.mutable_cbr()->set_rate(rate());
        flow.mutable_cbr()->set_size(size());
        break;
      case 3:
        flow.mutable_poisson()->set_rate(rate());
        flow.mutable_poisson()->set_size(size());
        break;
      case 4:
        flow.mutable_onoff()->set_rate(rate());
        flow.mutable_onoff()->set_on(some_ms(1, 100));
        flow.mutable_onoff()->set_off(some_ms(1, 100));
        break;
      case 5:
        flow.mutable_bulk()->set_bytes(std::to_string(between(1, 300)) + "kB");
        flow.mutable_bulk()->set_congestion_control(chance(0.5) ? pb::CUBIC : pb::NEWRENO);
        break;
      default:
        flow.mutable_request_response()->set_request(size());
        flow.mutable_request_response()->set_response(size());
        flow.mutable_request_response()->set_think(some_ms(0, 50));
    }
  }

  // ---- timeline

  void make_timeline() {
    int at = 0;
    for (int i = between(0, 8); i > 0; --i) {
      at += between(0, 2 * kDurationMs / 9);
      if (at > kDurationMs) {
        return;
      }
      pb::Event& event = *message().add_timeline();
      event.set_at(ms(at));
      make_event(event);
      if (event.action_case() == pb::Event::ACTION_NOT_SET || has_errors()) {
        message().mutable_timeline()->RemoveLast();  // of what is gone, or there already
      }
    }
  }

  void make_event(pb::Event& event) {
    const auto& violin = message().violins(between(0, message().violins_size() - 1));
    const std::string prefix = violin.name() + "/";
    const bool upper = !violin.substrate().empty();
    switch (between(0, 14)) {
      case 0:
        return add_vhost(*event.mutable_add(), violin);
      case 1:
        return add_vswitch(*event.mutable_add(), violin);
      case 2:
        return event.set_remove(prefix + any_entity(violin));
      case 3: {
        pb::NicAddition& addition = *event.mutable_add_nic();
        addition.set_entity(prefix + any_vhost(violin));
        plug(*addition.mutable_nic(), between(0, 2));
        return;
      }
      case 4:
        return event.set_remove_nic(prefix + any_vhost(violin) + ".eth0");
      case 5: {
        const int lan = between(0, 2);
        pb::Rewiring& rewiring = *event.mutable_rewire();
        rewiring.set_nic(prefix + any_vhost(violin) + ".eth0");
        if (chance(0.8)) {
          rewiring.set_to("s" + std::to_string(lan) + "0");
          rewiring.set_address(address(lan));
        }
        return;
      }
      case 6:
      case 7: {
        pb::Migration& migration = *event.mutable_migrate();
        migration.set_entity(prefix + any_entity(violin));
        migration.set_host(upper ? any_vhost(message().violins(0)) : pick(hosts_));
        if (chance(0.5)) {
          migration.set_downtime(some_ms(0, 200));
        }
        return;
      }
      case 8:
      case 9: {
        pb::LinkChange& change = *event.mutable_link();
        change.set_nic(prefix + any_vhost(violin) + ".eth0");
        if (chance(0.7)) {
          make_link(*change.mutable_link());
        }
        if (chance(0.5)) {
          change.set_up(chance(0.5));
        }
        return;
      }
      case 10:
        return event.set_fail_host(pick(hosts_));
      case 11:
        return event.set_restore_host(pick(hosts_));
      case 12:
        return graft(*event.mutable_graft_lan(), violin);
      case 13:
        return change_substrate(*event.mutable_set_substrate());
      default:
        return start_or_stop(event);
    }
  }

  std::string any_entity(const pb::Violin& violin) {
    std::vector<std::string> names;
    for (const auto& vswitch : violin.vswitches()) {
      names.push_back(vswitch.name());
    }
    for (const auto& vrouter : violin.vrouters()) {
      names.push_back(vrouter.name());
    }
    for (const auto& vhost : violin.vhosts()) {
      names.push_back(vhost.name());
    }
    return pick(names);
  }

  std::string any_place(const pb::Violin& violin) {
    return violin.substrate().empty() ? pick(hosts_) : any_vhost(message().violins(0));
  }

  void add_vhost(pb::Addition& addition, const pb::Violin& violin) {
    addition.set_violin(violin.name());
    pb::VHost& vhost = *addition.add_vhosts();
    vhost.set_name("new" + std::to_string(++added_));
    vhost.set_host(any_place(violin));
    plug(*vhost.add_nics(), between(0, 1));
  }

  void add_vswitch(pb::Addition& addition, const pb::Violin& violin) {
    addition.set_violin(violin.name());
    pb::VSwitch& vswitch = *addition.add_vswitches();
    vswitch.set_name("new" + std::to_string(++added_));
    vswitch.set_host(any_place(violin));
    pb::Trunk& trunk = *addition.add_trunks();
    trunk.add_between("s00");
    trunk.add_between(vswitch.name());
    pb::VHost& vhost = *addition.add_vhosts();
    vhost.set_name("new" + std::to_string(++added_));
    vhost.set_host(any_place(violin));
    plug(*vhost.add_nics(), 0);
    vhost.mutable_nics(0)->set_to(vswitch.name());
  }

  void graft(pb::LanGraft& graft, const pb::Violin& violin) {
    const int lan = 20 + ++added_;
    graft.set_router(violin.name() + "/r0");
    graft.mutable_nic()->set_name("graft" + std::to_string(lan));
    graft.mutable_nic()->set_address(address(lan));
    graft.mutable_vswitch()->set_name("graft" + std::to_string(lan));
    graft.mutable_vswitch()->set_host(any_place(violin));
    pb::VHost& vhost = *graft.add_vhosts();
    vhost.set_name("new" + std::to_string(added_));
    vhost.set_host(any_place(violin));
    vhost.add_nics()->set_address(address(lan));
    vhost.mutable_nics(0)->set_to(graft.vswitch().name());
  }

  void change_substrate(pb::SubstrateChange& change) {
    if (chance(0.5)) {
      change.set_scale(0.5 + static_cast<double>(below(4)));
    }
    if (chance(0.5)) {
      pb::HostPair& pair = *change.add_pairs();
      pair.add_between("h1");
      pair.add_between("h2");
      pair.set_rtt(some_ms(0, 50));
      if (chance(0.3)) {
        pair.set_loss(share(30));
      }
    }
    if (!options_.independent_violins) {
      pb::Host& host = *change.add_hosts();
      host.set_name(pick(hosts_));
      limit(host);
    }
  }

  void start_or_stop(pb::Event& event) {
    if (message().traffic().empty()) {
      return;
    }
    const std::string& flow = message().traffic(between(0, message().traffic_size() - 1)).name();
    chance(0.5) ? event.set_start_traffic(flow) : event.set_stop_traffic(flow);
  }

  bool has_errors() {
    return std::ranges::any_of(pb::validate(loaded_, hosts_), [](const pb::Diagnostic& problem) {
      return problem.severity == pb::Severity::kError;
    });
  }

  std::mt19937_64 random_;
  RandomScenarioOptions options_;
  pb::LoadedScenario loaded_;
  std::vector<std::string> hosts_;
  int last_address_ = 10;
  int added_ = 0;
};

// The VIOLIN that an event is about; empty if it is about none.
std::string violin_of(const pb::Event& event) {
  const std::array<std::string, 7> told = {event.add().violin(),
                                           event.remove(),
                                           event.add_nic().entity(),
                                           event.remove_nic(),
                                           event.rewire().nic(),
                                           event.migrate().entity(),
                                           event.link().nic() + event.graft_lan().router()};
  for (const std::string& name : told) {
    if (!name.empty()) {
      return name.substr(0, name.find('/'));
    }
  }
  const std::string flow = event.start_traffic() + event.stop_traffic();
  return flow.empty() ? "" : flow.substr(0, flow.size() - 1);
}

}  // namespace

scenario::LoadedScenario random_scenario(std::uint64_t seed, const RandomScenarioOptions& options) {
  return Generator(seed, options).make();
}

scenario::LoadedScenario without_violin(const scenario::LoadedScenario& scenario,
                                        const std::string& name) {
  pb::LoadedScenario rest = scenario;
  rest.message.clear_violins();
  rest.message.clear_traffic();
  rest.message.clear_timeline();
  for (const pb::Violin& violin : scenario.message.violins()) {
    if (violin.name() != name) {
      *rest.message.add_violins() = violin;
    }
  }
  for (const pb::Flow& flow : scenario.message.traffic()) {
    if (!flow.from().starts_with(name + "/")) {
      *rest.message.add_traffic() = flow;
    }
  }
  for (const pb::Event& event : scenario.message.timeline()) {
    if (violin_of(event) != name) {
      *rest.message.add_timeline() = event;
    }
  }
  return rest;
}

}  // namespace violin
