#include "analysis/sweep/host_failure.h"

#include <algorithm>

namespace violin::sweep {

using placement::Assignment;
using placement::Demand;
using placement::Problem;
using placement::Receiver;

namespace {

// Whether any entity on the receiver's path, ends included, is one of `down`.
bool is_cut(const Problem& problem, const Demand& demand, const Receiver& receiver,
            const std::vector<bool>& down) {
  return down[to_index(demand.source)] ||
         std::ranges::any_of(receiver.path, [&](const placement::Hop& hop) {
           return down[to_index(problem.links[hop.link].ends[1 - hop.direction])];
         });
}

double cut_rate(const Problem& problem, const std::vector<bool>& down) {
  double rate = 0;
  for (const Demand& demand : problem.demands) {
    const auto cut = std::ranges::count_if(demand.receivers, [&](const Receiver& receiver) {
      return is_cut(problem, demand, receiver, down);
    });
    if (cut > 0) {
      rate += demand.bits_per_second * static_cast<double>(cut) /
              static_cast<double>(demand.receivers.size());
    }
  }
  return rate;
}

std::vector<bool> only_there(const Problem& problem, HostId host) {
  std::vector<bool> down(problem.entities.size());
  for (std::size_t e = 0; e < down.size(); ++e) {
    down[e] = problem.entities[e].pinned() == host;
  }
  return down;
}

}  // namespace

std::vector<HostFailure> host_failures(const Problem& problem, const Assignment& placement) {
  double demanded = 0;
  for (const Demand& demand : problem.demands) {
    demanded += demand.bits_per_second;
  }
  std::vector<HostFailure> failures;
  for (std::uint32_t h = 0; h < problem.hosts(); ++h) {
    const HostId host{h};
    std::vector<bool> down(placement.size());
    for (std::size_t e = 0; e < down.size(); ++e) {
      down[e] = placement[e] == host;
    }
    const auto entities = static_cast<std::size_t>(std::ranges::count(placement, host));
    if (entities > 0) {
      const double cut = cut_rate(problem, down);
      failures.push_back({problem.substrate.host(host).name, entities, cut,
                          demanded > 0 ? cut / demanded : 0,
                          cut_rate(problem, only_there(problem, host)), std::nullopt});
    }
  }
  return failures;
}

Problem without_host(const Problem& problem, HostId host) {
  Problem rest = problem;
  const std::vector<bool> gone = only_there(problem, host);
  for (std::size_t e = 0; e < gone.size(); ++e) {
    auto& allowed = rest.entities[e].allowed;
    if (allowed.empty()) {
      for (std::uint32_t h = 0; h < problem.hosts(); ++h) {
        allowed.push_back(HostId{h});
      }
    }
    if (!gone[e]) {
      std::erase(allowed, host);
    }
  }
  for (Demand& demand : rest.demands) {
    std::erase_if(demand.receivers, [&](const Receiver& receiver) {
      return is_cut(problem, demand, receiver, gone);
    });
  }
  std::erase_if(rest.demands, [](const Demand& demand) { return demand.receivers.empty(); });
  return rest;
}

}  // namespace violin::sweep
