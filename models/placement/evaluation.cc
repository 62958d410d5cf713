#include "models/placement/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/require.h"
#include "models/placement/pairwise.h"

namespace violin::placement {

namespace {

double to_ms(Duration d) { return 1e-6 * static_cast<double>(d.count()); }

class Evaluator {
 public:
  Evaluator(const Problem& problem, const Assignment& placement)
      : problem_(problem), placement_(placement), loads_(link_loads(problem)) {}

  Evaluation run() && {
    follow_paths();
    use_hosts();
    find_busiest_link();
    check_hosts();
    check_entities();
    for (std::size_t term = 0; term < kTerms; ++term) {
      if (problem_.weights[term] > 0) {  // a term without weight may be infinite
        result_.cost += problem_.weights[term] * result_.terms[term];
      }
    }
    return std::move(result_);
  }

 private:
  double& term(Term which) { return at(result_.terms, which); }
  HostId host(EntityId id) const { return placement_[to_index(id)]; }
  const std::string& host_name(HostId id) const { return problem_.substrate.host(id).name; }
  HostId end(std::size_t link, std::size_t which) const {
    return host(problem_.links[link].ends[which]);
  }

  PathQuality quality(const Demand& demand, const Receiver& receiver) {
    PathQuality path;
    double kept = 1;
    for (const Hop& hop : receiver.path) {
      const HostId from = end(hop.link, hop.direction);
      const HostId to = end(hop.link, 1 - hop.direction);
      const auto delay = problem_.delays.at(violin::to_index(from), violin::to_index(to));
      path.reachable = path.reachable && delay;
      path.delay += delay.value_or(DelayMatrix::kUnit * DelayMatrix::kUnreachable);
      const double loss = delay ? problem_.substrate.loss(from, to) : 1;
      kept *= 1 - loss;
      log_loss_ += log_loss(loss);
    }
    path.loss = 1 - kept;
    const auto direct = problem_.delays.at(violin::to_index(host(demand.source)),
                                           violin::to_index(host(receiver.entity)));
    if (direct && *direct > Duration::zero()) {
      path.stretch = to_ms(path.delay) / to_ms(*direct);
    }
    return path;
  }

  void follow_paths() {
    double receivers = 0;
    double stretched = 0;
    for (const Demand& demand : problem_.demands) {
      auto& paths = result_.paths.emplace_back();
      for (const Receiver& receiver : demand.receivers) {
        const PathQuality path = quality(demand, receiver);
        ++receivers;
        term(Term::kDelay) += to_ms(path.delay);
        term(Term::kWorstDelay) = std::max(term(Term::kWorstDelay), to_ms(path.delay));
        if (path.stretch) {
          ++stretched;
          term(Term::kStretch) += *path.stretch;
          term(Term::kWorstStretch) = std::max(term(Term::kWorstStretch), *path.stretch);
        }
        if (!path.reachable) {
          result_.violations.push_back(fmt::format("demand '{}': there is no way to '{}'",
                                                   demand.name,
                                                   problem_.entity(receiver.entity).name));
        }
        paths.push_back(path);
      }
    }
    term(Term::kDelay) /= std::max(1.0, receivers);
    term(Term::kLoss) = log_loss_ / std::max(1.0, receivers);
    term(Term::kStretch) /= std::max(1.0, stretched);
  }

  void use_hosts() {
    result_.hosts.resize(problem_.hosts());
    for (std::size_t i = 0; i < problem_.entities.size(); ++i) {
      HostUse& use = result_.hosts[violin::to_index(placement_[i])];
      ++use.entities;
      use.memory += problem_.entities[i].memory;
    }
    for (std::size_t link = 0; link < loads_.size(); ++link) {
      for (const std::size_t d : {0U, 1U}) {
        carry(end(link, d), end(link, 1 - d), loads_[link][d]);
      }
    }
  }

  void carry(HostId from, HostId to, const Load& load) {
    HostUse& sender = result_.hosts[violin::to_index(from)];
    HostUse& receiver = result_.hosts[violin::to_index(to)];
    receiver.frames_per_second += load.frames_per_second;
    if (from != to) {
      sender.up_bits_per_second += load.bits_per_second;
      receiver.down_bits_per_second += load.bits_per_second;
      pairs_[{from, to}] += load.bits_per_second;
    }
    const double cells = problem_.delays.row(violin::to_index(from))[violin::to_index(to)];
    term(Term::kNetwork) += 1e-6 * load.bits_per_second * cells * to_ms(DelayMatrix::kUnit);
  }

  void find_busiest_link() {
    const RouterGraph* graph = problem_.substrate.graph();
    std::vector<double> carried(graph == nullptr ? 0 : graph->links().size());
    for (const auto& [pair, bits] : pairs_) {
      for (const SubstrateLinkId link : problem_.substrate.path(pair.first, pair.second)) {
        carried[violin::to_index(link)] += bits;
      }
      if (graph == nullptr) {
        note_share(bits, problem_.substrate.bandwidth(pair.first, pair.second));
      }
    }
    for (std::size_t link = 0; link < carried.size(); ++link) {
      note_share(carried[link], graph->links()[link].capacity);
    }
  }

  void note_share(double bits, std::optional<BitRate> capacity) {
    if (capacity) {
      term(Term::kBusiestLink) = std::max(term(Term::kBusiestLink),
                                          bits / static_cast<double>(capacity->bits_per_second()));
    }
  }

  void check_hosts() {
    for (std::size_t h = 0; h < problem_.hosts(); ++h) {
      const OverlayHost& host = problem_.substrate.hosts()[h];
      const HostUse& use = result_.hosts[h];
      if (host.capacity) {
        const auto capacity = static_cast<double>(host.capacity->per_second);
        term(Term::kBusiestHost) =
            std::max(term(Term::kBusiestHost), use.frames_per_second / capacity);
        check_limit(host, "forwarding capacity", "frames/s", use.frames_per_second, capacity);
      }
      if (host.memory) {
        check_limit(host, "memory", "B", static_cast<double>(use.memory.value),
                    static_cast<double>(host.memory->value));
      }
      check_access(host, "access bandwidth up", use.up_bits_per_second, host.access_up);
      check_access(host, "access bandwidth down", use.down_bits_per_second, host.access_down);
    }
  }

  void check_access(const OverlayHost& host, const char* what, double used,
                    std::optional<BitRate> rate) {
    if (rate) {
      check_limit(host, what, "bit/s", used, static_cast<double>(rate->bits_per_second()));
    }
  }

  void check_limit(const OverlayHost& host, const char* what, const char* unit, double used,
                   double limit) {
    if (exceeds(used, limit)) {
      result_.violations.push_back(fmt::format("host '{}': {} of {:.0f} {}, but {:.0f} are used",
                                               host.name, what, limit, unit, used));
    }
  }

  void check_entities() {
    for (std::size_t i = 0; i < problem_.entities.size(); ++i) {
      const Entity& entity = problem_.entities[i];
      if (!entity.allowed.empty() && !std::ranges::binary_search(entity.allowed, placement_[i])) {
        result_.violations.push_back(
            fmt::format("'{}' may not be on '{}'", entity.name, host_name(placement_[i])));
      }
    }
    for (const auto& group : problem_.apart) {
      for (std::size_t a = 0; a < group.size(); ++a) {
        for (std::size_t b = a + 1; b < group.size(); ++b) {
          if (host(group[a]) == host(group[b])) {
            result_.violations.push_back(
                fmt::format("'{}' and '{}' are to be apart, but both are on '{}'",
                            problem_.entity(group[a]).name, problem_.entity(group[b]).name,
                            host_name(host(group[a]))));
          }
        }
      }
    }
  }

  const Problem& problem_;
  const Assignment& placement_;
  std::vector<std::array<Load, 2>> loads_;
  std::map<std::pair<HostId, HostId>, double> pairs_;
  double log_loss_ = 0;  // of all receivers' paths
  Evaluation result_;
};

}  // namespace

Evaluation evaluate(const Problem& problem, const Assignment& placement) {
  require(placement.size() == problem.entities.size() &&
              std::ranges::all_of(placement,
                                  [&](HostId h) { return violin::to_index(h) < problem.hosts(); }),
          "a placement names an existing host for each entity");
  return Evaluator(problem, placement).run();
}

}  // namespace violin::placement
