#include "datapath/agent/guest_flows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <future>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "models/vhost/tcp_config.h"
#include "scenarios/load/quantities.h"

namespace violin {

namespace pb = scenario;

namespace {

constexpr Duration kMargin = std::chrono::seconds(10);  // for a program to end by itself
constexpr int kFirstPort = 5201;

std::vector<std::pair<Node*, Node*>> ends_of(const pb::Flow& flow, const ScenarioBuilder& builder) {
  if (!flow.has_pairs()) {
    return {{builder.find(flow.from()), builder.find(flow.to())}};
  }
  std::vector<std::pair<Node*, Node*>> ends;
  const std::vector<Node*>& from = builder.group(flow.from());
  const std::vector<Node*>& to = builder.group(flow.to());
  for (std::size_t i = 0; i < flow.pairs() && flow.from() != flow.to(); ++i) {
    ends.emplace_back(from.at(i % from.size()), to.at(i % to.size()));
  }
  return ends;
}

bool is_vhost(const Node* node) { return node != nullptr && node->kind == EntityKind::kVHost; }

std::vector<Ipv4Address> addresses(const Node& node) {
  std::vector<Ipv4Address> all;
  for (const Nic& nic : node.nics) {
    if (nic.address) {
      all.push_back(nic.address->address);
    }
  }
  return all;
}

// That begins at `position`; 0 if none does.
double number_at(const std::string& text, std::size_t position) {
  return std::strtod(text.c_str() + position, nullptr);
}

std::string seconds(Duration d) { return fmt::format("{:.3f}", to_seconds(d)); }

FlowResult run_ping(const GuestFlow& job, Stations& stations) {
  const pb::Ping& asked = job.message.ping();
  std::vector<std::string> command{
      "ping",
      "-n",
      "-i",
      seconds(pb::duration(asked.interval()).value_or(std::chrono::seconds(1))),
      "-s",
      std::to_string(pb::size(asked.size()).value_or(Bytes{56}).value),
      "-w",
      std::to_string(std::max<std::int64_t>(1, (job.stop - job.start).count() / 1'000'000'000))};
  if (asked.has_count()) {
    command.insert(command.end(), {"-c", std::to_string(asked.count())});
  }
  command.push_back(to_string(job.address));
  const uml::GuestOutcome outcome =
      stations.guest(job.from).run(command, {}, job.stop - job.start + kMargin);
  return parse_ping(outcome.output);
}

PathResult run_traceroute(const GuestFlow& job, Stations& stations) {
  const pb::Traceroute& asked = job.message.traceroute();
  const uml::GuestOutcome outcome = stations.guest(job.from).run(
      {"traceroute", "-n", "-q", std::to_string(asked.has_probes() ? asked.probes() : 3), "-w",
       seconds(pb::duration(asked.timeout()).value_or(std::chrono::seconds(1))),
       to_string(job.address)},
      {}, job.stop - job.start + kMargin);
  return parse_traceroute(outcome.output);
}

FlowResult run_iperf3(const GuestFlow& job, Stations& stations) {
  const std::string port = std::to_string(job.port);
  const Duration patience = job.stop - job.start + kMargin;
  auto server = std::async(std::launch::async, [&] {
    return stations.guest(job.to).run({"iperf3", "-s", "-1", "-J", "-p", port}, {}, patience);
  });
  std::vector<std::string> command{"iperf3", "-c", to_string(job.address), "-p", port, "-J"};
  if (job.message.has_bulk()) {
    const auto bytes = pb::size(job.message.bulk().bytes());
    command.insert(command.end(), {bytes ? "-n" : "-t", bytes ? std::to_string(bytes->value)
                                                              : seconds(job.stop - job.start)});
    command.insert(
        command.end(),
        {"-C", job.message.bulk().congestion_control() == pb::NEWRENO ? "reno" : "cubic"});
  } else {
    const pb::ConstantRate& rate = job.message.cbr();
    command.insert(command.end(),
                   {"-u", "-b", std::to_string(pb::bit_rate(rate.rate())->bits_per_second()), "-l",
                    std::to_string(pb::size(rate.size()).value_or(Bytes{1000}).value), "-t",
                    fmt::format("{:.0f}", std::max(1.0, to_seconds(job.stop - job.start)))});
  }
  // The server needs a moment to listen.
  uml::GuestOutcome client;
  for (int attempt = 0; attempt < 20; ++attempt) {
    client = stations.guest(job.from).run(command, {}, patience);
    if (client.output.find("unable to connect") == std::string::npos) {
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  FlowResult result = parse_iperf3(client.output);
  server.wait();
  return result;
}

class Traffic {
 public:
  Traffic(LiveNetwork& live, Stations& stations) : live_(live), stations_(stations) {}

  void run(const GuestFlow& job) {
    std::this_thread::sleep_for(job.start);
    try {
      if (job.message.has_traceroute()) {
        PathResult path = run_traceroute(job, stations_);
        path.flow = job.name;
        name_hops(path, job);
        const std::lock_guard lock(mutex_);
        traffic_.paths.push_back(std::move(path));
      } else {
        FlowResult result =
            job.message.has_ping() ? run_ping(job, stations_) : run_iperf3(job, stations_);
        result.name = job.name;
        result.from = short_name(job.from);
        result.to = short_name(job.to);
        const std::lock_guard lock(mutex_);
        traffic_.flows.push_back(std::move(result));
      }
    } catch (const std::exception& error) {
      warn(fmt::format("{}: {}", job.name, error.what()));
    }
  }
  void warn(const std::string& text) {
    const std::lock_guard lock(mutex_);
    traffic_.warnings.push_back(text);
  }
  GuestTraffic take() {
    std::ranges::sort(traffic_.flows, {}, &FlowResult::name);
    return std::move(traffic_);
  }

 private:
  static std::string short_name(const std::string& full) { return full.substr(full.find('/') + 1); }

  void name_hops(PathResult& path, const GuestFlow& job) {
    live_.on_kernel([&] {
      const VirtualNetwork& violin = live_.builder().find(job.from)->network;
      for (HopResult& hop : path.hops) {
        const auto address = Ipv4Address::parse(hop.address);
        const Node* owner = address ? violin.owner_of(*address) : nullptr;
        hop.name = owner != nullptr ? std::string(owner->name()) : hop.name;
      }
    });
  }

  LiveNetwork& live_;
  Stations& stations_;
  std::mutex mutex_;  // guards traffic_
  GuestTraffic traffic_;
};

}  // namespace

bool runs_in_guests(const pb::Flow& flow) {
  return flow.has_ping() || flow.has_traceroute() || flow.has_bulk() || flow.has_cbr();
}

std::vector<GuestFlow> flows_for_guests(const pb::Scenario& scenario,
                                        const ScenarioBuilder& builder) {
  const Duration end = *pb::duration(scenario.duration());
  std::vector<GuestFlow> flows;
  for (const pb::Flow& flow : scenario.traffic()) {
    int number = 0;
    for (const auto& [from, to] : ends_of(flow, builder)) {
      if (!runs_in_guests(flow) || !is_vhost(from) || !is_vhost(to) || addresses(*to).empty()) {
        continue;
      }
      flows.push_back(
          {.message = flow,
           .name = flow.has_pairs() ? fmt::format("{}{}", flow.name(), ++number) : flow.name(),
           .from = from->full_name(),
           .to = to->full_name(),
           .sources = addresses(*from),
           .address = addresses(*to).front(),
           .port = flow.has_port() ? static_cast<int>(flow.port())
                                   : kFirstPort + static_cast<int>(flows.size()),
           .start = pb::duration(flow.start()).value_or(Duration{}),
           .stop = pb::duration(flow.stop()).value_or(end)});
    }
  }
  return flows;
}

GuestTraffic run_in_guests(const std::vector<GuestFlow>& flows, LiveNetwork& live,
                           Stations& stations) {
  Traffic traffic(live, stations);
  {
    std::vector<std::jthread> threads;
    threads.reserve(flows.size());
    for (const GuestFlow& flow : flows) {
      threads.emplace_back([&traffic, &flow] { traffic.run(flow); });
    }
  }
  return traffic.take();
}

// Linux counts a byte of payload as two on receipt (tcp_adv_win_scale 1), and all connections
// together in pages.
void give_buffers(const std::vector<GuestFlow>& flows, Stations& stations) {
  constexpr std::uint64_t kPage = 4096;
  const TcpConfig model;
  const std::uint64_t receive = 2 * model.receive_buffer.value;
  const std::uint64_t send = model.send_buffer.value;
  const std::uint64_t pages = (receive + send) / kPage;
  const std::string script = fmt::format(
      "cd /proc/sys/net/ipv4 && echo 4096 {} {} >tcp_rmem && echo 4096 16384 {} >tcp_wmem && "
      "echo {} {} {} >tcp_mem",
      2 * model.initial_receive_window.value, receive, send, 2 * pages, 3 * pages, 4 * pages);
  std::set<std::string> done;
  for (const GuestFlow& flow : flows) {
    for (const std::string& name : {flow.from, flow.to}) {
      if (flow.has_stream() && done.insert(name).second) {
        const uml::GuestOutcome outcome =
            stations.guest(name).run({"sh", "-c", script}, {}, kMargin);
        if (outcome.status.code() != 0) {
          throw std::runtime_error(fmt::format(
              "{}: cannot give its TCP the buffers of the model: {}; does its root have "
              "sh, and /proc?",
              name, outcome.error));
        }
      }
    }
  }
}

FlowResult parse_ping(const std::string& output) {
  FlowResult result;
  result.kind = "ping";
  bool counted = false;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    if (const std::size_t time = line.find(" time="); time != std::string::npos) {
      const double milliseconds = number_at(line, time + 6);
      result.delay.record(static_cast<std::uint64_t>(milliseconds * 1e6));
    } else if (const std::size_t sent = line.find(" packets transmitted, ");
               sent != std::string::npos) {
      result.sent = static_cast<std::uint64_t>(number_at(line, 0));
      result.received = static_cast<std::uint64_t>(number_at(line, sent + 22));
      counted = true;
    }
  }
  if (!counted) {
    throw std::runtime_error("ping said: " + output.substr(0, 200));
  }
  result.lost = result.sent - std::min(result.sent, result.received);
  if (result.delay.count() > 0) {
    result.delay_mean_s = *result.delay.mean() * 1e-9;
    result.delay_p50_s = static_cast<double>(*result.delay.quantile(0.5)) * 1e-9;
    result.delay_p99_s = static_cast<double>(*result.delay.quantile(0.99)) * 1e-9;
  }
  return result;
}

// A line for each hop: "1  10.0.1.1  0.697 ms  0.559 ms  * ", or "* * *" where none answered.
PathResult parse_traceroute(const std::string& output) {
  PathResult path;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    int hop = 0;
    if (!(words >> hop)) {
      continue;
    }
    HopResult result{"*", "", std::nullopt};
    std::vector<double> times;
    std::string before;
    for (std::string word; words >> word; before = word) {
      if (word == "ms") {
        times.push_back(number_at(before, 0) * 1e-3);
      } else if (result.address.empty() && Ipv4Address::parse(word)) {
        result.name = result.address = word;
      }
    }
    if (!times.empty()) {
      const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
      std::ranges::nth_element(times, middle);
      result.rtt_s = *middle;
    }
    path.hops.push_back(std::move(result));
  }
  if (path.hops.empty()) {
    throw std::runtime_error("traceroute said: " + output.substr(0, 200));
  }
  return path;
}

FlowResult parse_iperf3(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded() || json.contains("error") || !json.contains("end")) {
    throw std::runtime_error("iperf3 said: " + (json.is_object()
                                                    ? json.value("error", text.substr(0, 200))
                                                    : text.substr(0, 200)));
  }
  FlowResult result;
  const auto& end = json["end"];
  const bool udp = end.contains("sum") && end["sum"].contains("lost_packets");
  if (!udp) {
    result.kind = "bulk";
    result.sent = result.received = 1;
    if (!end.contains("sum_received") || !end.contains("sum_sent")) {
      throw std::runtime_error("iperf3 told no sums");
    }
    result.goodput_bps = end["sum_received"].value("bits_per_second", 0.0);
    result.bytes_received = end["sum_received"].value("bytes", std::uint64_t{0});
    result.retransmits = end["sum_sent"].value("retransmits", std::uint64_t{0});
    return result;
  }
  const auto& sum = end.at("sum");
  result.kind = "cbr";
  result.sent = sum.value("packets", std::uint64_t{0});
  result.lost = sum.value("lost_packets", std::uint64_t{0});
  result.received = result.sent - std::min(result.sent, result.lost);
  result.goodput_bps =
      sum.value("bits_per_second", 0.0) * (1 - sum.value("lost_percent", 0.0) / 100);
  return result;
}

}  // namespace violin
