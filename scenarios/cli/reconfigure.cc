// `violin link`, `nic`, `node`, `lan`, `migrate`, `jetway`: changing a running network. Each says
// what it wants as the event of a scenario's timeline would.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "scenarios/cli/live_request.h"
#include "scenarios/cli/status_report.h"
#include "scenarios/cli/verbs.h"

namespace violin::cli {

namespace {

using nlohmann::json;

// Every option of these verbs; each uses what it needs.
struct Options {
  std::string target;
  std::string name;
  std::string host;
  std::string to;
  std::string address;
  std::string gateway;
  std::string mac;
  std::string kind = "vhost";
  std::string router;
  std::string delay;
  std::string jitter;
  std::string rate;
  std::string loss;
  bool down = false;
  bool up = false;
  std::string device;
  bool user_mode = false;
  std::vector<std::string> allow;
  std::string format = "table";
};

using Shared = std::shared_ptr<Options>;

ExitCode change(const std::string& network, const json& event) {
  ask(network, {{"verb", "change"}, {"event", event}});
  return kDone;
}

void set_if(json& object, const char* field, const std::string& value) {
  if (!value.empty()) {
    object[field] = value;
  }
}

// "vHost1.eth0", or a trunk as "vSwitch1:vSwitch2".
json cable(const std::string& rest) {
  const std::size_t colon = rest.find(':');
  if (colon == std::string::npos) {
    return {{"nic", rest}};
  }
  return {{"trunk", {rest.substr(0, colon), rest.substr(colon + 1)}}};
}

ExitCode set_link(const Options& options) {
  const LiveTarget target = LiveTarget::parse(options.target);
  json link = json::object();
  set_if(link, "delay", options.delay);
  set_if(link, "jitter", options.jitter);
  set_if(link, "rate", options.rate);
  set_if(link, "loss", options.loss);
  json event = cable(target.rest);
  if (!link.empty()) {
    event["link"] = link;
  }
  if (options.up || options.down) {
    event["up"] = options.up;
  }
  if (link.empty() && !event.contains("up")) {
    throw CLI::ValidationError("link set",
                               "say what: --delay, --jitter, --rate, --loss, --up, --down");
  }
  return change(target.network, {{"link", event}});
}

ExitCode show_link(const Options& options) {
  const std::size_t slash = options.target.find('/');
  const json status = ask(options.target.substr(0, slash), {{"verb", "status"}});
  if (options.format == "json") {
    fmt::print("{}\n", status["links"].dump(2));
  } else {
    fmt::print(
        "{}",
        link_report(status, slash == std::string::npos ? "" : options.target.substr(slash + 1)));
  }
  return kDone;
}

ExitCode reset_link(const Options& options) {
  const LiveTarget target = LiveTarget::parse(options.target);
  json request = cable(target.rest);
  request["verb"] = "reset_link";
  ask(target.network, request);
  return kDone;
}

json nic_of(const Options& options) {
  json nic = json::object();
  set_if(nic, "name", options.name);
  set_if(nic, "address", options.address);
  set_if(nic, "to", options.to);
  set_if(nic, "mac", options.mac);
  return nic;
}

ExitCode add_nic(const Options& options) {
  const LiveTarget target = LiveTarget::parse(options.target);
  return change(target.network, {{"add_nic", {{"entity", target.rest}, {"nic", nic_of(options)}}}});
}

ExitCode remove_nic(const Options& options) {
  const LiveTarget target = LiveTarget::parse(options.target);
  return change(target.network, {{"remove_nic", target.rest}});
}

// "violin1/vHost5": in that VIOLIN; "vHost5": in the only one.
ExitCode add_node(const Options& options) {
  const LiveTarget target = LiveTarget::parse(options.target);
  const std::size_t slash = target.rest.find('/');
  json addition = json::object();
  if (slash != std::string::npos) {
    addition["violin"] = target.rest.substr(0, slash);
  }
  json node{{"name", slash == std::string::npos ? target.rest : target.rest.substr(slash + 1)},
            {"host", options.host}};
  if (options.kind != "vswitch" && !options.to.empty()) {
    json nic = json::object();
    set_if(nic, "address", options.address);
    set_if(nic, "to", options.to);
    set_if(nic, "mac", options.mac);
    node["nics"] = json::array({nic});
  }
  set_if(node, "gateway", options.gateway);
  addition[options.kind == "vswitch"   ? "vswitches"
           : options.kind == "vrouter" ? "vrouters"
                                       : "vhosts"] = json::array({node});
  return change(target.network, {{"add", addition}});
}

ExitCode remove_node(const Options& options) {
  const LiveTarget target = LiveTarget::parse(options.target);
  return change(target.network, {{"remove", target.rest}});
}

ExitCode migrate(const Options& options) {
  const LiveTarget target = LiveTarget::parse(options.target);
  const json result =
      ask(target.network, {{"verb", "migrate"}, {"entity", target.rest}, {"host", options.host}});
  if (options.format == "json") {
    fmt::print("{}\n", result.dump(2));
    return kDone;
  }
  fmt::print(
      "{} is on {}: {} frames lost of {:.0f} a second offered, so it was blocked for {:.3f} "
      "ms; re-pointing its links took {:.3f} ms\n",
      target.rest, options.host, result["lost"].get<std::uint64_t>(),
      result["offered_per_s"].get<double>(), result["blocked_s"].get<double>() * 1e3,
      result["repointing_s"].get<double>() * 1e3);
  if (result.contains("links")) {
    fmt::print(
        "{} links were re-pointed one by one, and the hand-over was over after {:.3f} ms: {} "
        "frames "
        "passed from the old host to the new one, {} waited for earlier ones, {}\n",
        result["links"].get<std::uint64_t>(), result["handover_s"].get<double>() * 1e3,
        result["relayed"].get<std::uint64_t>(), result["held"].get<std::uint64_t>(),
        result["in_order"].get<bool>() ? "none was overtaken" : "and some may have been overtaken");
  }
  return kDone;
}

ExitCode guest_action(const Options& options, const char* action) {
  const LiveTarget target = LiveTarget::parse(options.target);
  ask(target.network, {{"verb", "guest"}, {"target", target.rest}, {"action", action}});
  return kDone;
}

ExitCode add_lan(const Options& options) {
  const LiveTarget target = LiveTarget::parse(options.target);
  json nic = json::object();
  set_if(nic, "address", options.address);
  const json graft{{"router", options.router},
                   {"nic", nic},
                   {"vswitch", {{"name", target.rest}, {"host", options.host}}}};
  return change(target.network, {{"graft_lan", graft}});
}

ExitCode switch_jetway(const Options& options, bool on) {
  const LiveTarget target = LiveTarget::parse(options.target);
  json request{{"verb", "jetway"}, {"vswitch", target.rest}, {"on", on}};
  set_if(request, "device", options.device);
  if (options.user_mode) {
    request["user_mode"] = true;
  }
  set_if(request, "address", options.address);
  if (!options.allow.empty()) {
    request["allow"] = options.allow;
  }
  const json result = ask(target.network, request);
  if (on) {
    fmt::print("the jetway at {} is on: {}\n", target.rest, result["device"].get<std::string>());
  }
  return kDone;
}

template <typename Act>
CLI::App* add_action(CLI::App* verb, const char* name, const char* what, const Shared& options,
                     ExitCode& exit_code, const char* target, Act act) {
  CLI::App* action = verb->add_subcommand(name, what);
  action->add_option("target", options->target, target)->required();
  action->callback([options, act, &exit_code] { exit_code = act(*options); });
  return action;
}

void add_format(CLI::App* verb, const Shared& options) {
  verb->add_option("--format", options->format, "What to print: table or json")
      ->check(CLI::IsMember({"table", "json"}));
}

constexpr const char* kNic = "NETWORK/ENTITY.NIC, such as figure2/vHost1.eth0";
constexpr const char* kCable = "NETWORK/ENTITY.NIC, or a trunk as NETWORK/VSWITCH:VSWITCH";
constexpr const char* kEntity = "NETWORK/ENTITY, such as figure2/vHost1";

}  // namespace

void add_link(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("link", "Change a virtual link of a running network");
  verb->require_subcommand(1);
  CLI::App* set = add_action(verb, "set", "Both directions, from now on; what is in flight stays",
                             options, exit_code, kCable, set_link);
  set->add_option("--delay", options->delay, "Such as 10ms");
  set->add_option("--jitter", options->jitter, "Uniform, plus and minus");
  set->add_option("--rate", options->rate, "Such as 10Mbit/s");
  set->add_option("--loss", options->loss, "Such as 0.1%");
  set->add_flag("--down", options->down, "Pull it out");
  set->add_flag("--up", options->up, "Plug it in again")->excludes("--down");
  add_format(add_action(verb, "show", "What links are set to, and what they carried", options,
                        exit_code, "NETWORK, NETWORK/ENTITY or NETWORK/ENTITY.NIC", show_link),
             options);
  add_action(verb, "reset", "To what it was before it was set", options, exit_code, kCable,
             reset_link);
}

void add_nic_verb(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("nic", "Plug and unplug vNICs while everything runs");
  verb->require_subcommand(1);
  CLI::App* add = add_action(verb, "add", "A further vNIC", options, exit_code, kEntity, add_nic);
  add->add_option("--to", options->to, "vSwitch, or ENTITY.NIC that has no cable");
  add->add_option("--address", options->address, "With prefix, such as 10.0.2.9/24")->required();
  add->add_option("--name", options->name, "eth<position>, if not given");
  add->add_option("--mac", options->mac, "One is given, if not");
  add_action(verb, "remove", "With its cable", options, exit_code, kNic, remove_nic);
}

void add_node_verb(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("node", "Add, remove, move and pause entities while all runs");
  verb->require_subcommand(1);
  CLI::App* add = add_action(verb, "add", "A vHost (booted), vSwitch or vRouter", options,
                             exit_code, "NETWORK/NAME of the new one", add_node);
  add->add_option("--kind", options->kind, "vhost, vswitch or vrouter")
      ->check(CLI::IsMember({"vhost", "vswitch", "vrouter"}));
  add->add_option("--host", options->host, "Overlay host")->required();
  add->add_option("--to", options->to, "What its first vNIC is plugged into");
  add->add_option("--address", options->address, "Of the first vNIC, with prefix");
  add->add_option("--gateway", options->gateway, "Of a vHost");
  add->add_option("--mac", options->mac, "Of the first vNIC; one is given, if not");
  add_action(verb, "remove", "With its cables", options, exit_code, kEntity, remove_node);
  CLI::App* move = add_action(verb, "migrate", "To another overlay host, under traffic", options,
                              exit_code, kEntity, migrate);
  move->add_option("host", options->host, "Overlay host")->required();
  add_format(move, options);
  for (const char* action : {"pause", "resume", "restart"}) {
    add_action(verb, action, "A guest", options, exit_code, kEntity,
               [action](const Options& o) { return guest_action(o, action); });
  }
}

void add_migrate(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("migrate", "The same as node migrate");
  verb->add_option("target", options->target, kEntity)->required();
  verb->add_option("host", options->host, "Overlay host")->required();
  add_format(verb, options);
  verb->callback([options, &exit_code] { exit_code = migrate(*options); });
}

void add_lan_verb(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("lan", "Graft vLANs on a running network");
  verb->require_subcommand(1);
  CLI::App* add = add_action(verb, "add", "A new vSwitch, joined to a vRouter", options, exit_code,
                             "NETWORK/VSWITCH of the new one", add_lan);
  add->add_option("--host", options->host, "Overlay host of the vSwitch")->required();
  add->add_option("--router", options->router, "vRouter")->required();
  add->add_option("--address", options->address, "Of the vRouter on it, with prefix")->required();
}

void add_jetway(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "jetway", "Open and close the way between a vLAN and the real network (CAP_NET_ADMIN)");
  verb->require_subcommand(1);
  CLI::App* on =
      add_action(verb, "on", "A TAP device of this machine joins the vSwitch", options, exit_code,
                 "NETWORK/VSWITCH", [](const Options& o) { return switch_jetway(o, true); });
  on->add_option("--device", options->device, "Name of the TAP; one is given, if not");
  on->add_option("--address", options->address, "Of this machine on the vLAN, with prefix");
  on->add_flag("--user-mode", options->user_mode,
               "Without privileges: a stack in the daemon, whose gateway is --address");
  on->add_option("--allow", options->allow,
                 "What may cross, such as 'out tcp outside 192.0.2.7/32:443'; the vLAN's own IPv4, "
                 "if not given");
  add_action(verb, "off", "Nothing crosses any more, and the TAP is gone", options, exit_code,
             "NETWORK/VSWITCH", [](const Options& o) { return switch_jetway(o, false); });
}

}  // namespace violin::cli
