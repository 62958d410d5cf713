#include "scenarios/run/collect.h"

#include <algorithm>
#include <map>

#include "models/substrate/link_stress.h"
#include "scenarios/run/timeline.h"

namespace violin {

namespace {

DropTotals drops_of(const Ledger& ledger) {
  DropTotals drops{};
  for (std::size_t i = 0; i < kDropCount; ++i) {
    drops[i] = ledger.drops(static_cast<Drop>(i));
  }
  return drops;
}

void add(DropTotals& sum, const Ledger& ledger) {
  for (std::size_t i = 0; i < kDropCount; ++i) {
    sum[i] += ledger.drops(static_cast<Drop>(i));
  }
}

double share(Duration busy, Duration run) {
  return run > Duration::zero() ? std::min(1.0, to_seconds(busy) / to_seconds(run)) : 0;
}

std::string name_of(const LinkEnd& end) {
  return end.node->full_name() + "." + end.node->nic_at(end.port).name;
}

}  // namespace

// Each component's books must balance by themselves, and what all handed over must be what all
// received: a frame that gets lost between two components shows in the second.
RunLedger collect_ledger(const Network& network) {
  Ledger sum;
  RunLedger books;
  sum.add(network.retired());
  network.for_each_component([&](const Component& component) {
    const std::uint64_t queued = component.queued();
    if (!component.ledger().balances(queued)) {
      books.unbalanced.push_back(component.name());
    }
    books.queued += queued;
    sum.add(component.ledger());
  });
  if (!network.retired().balances(0)) {
    books.unbalanced.emplace_back("what was removed");
  }
  if (sum.in != sum.out) {
    books.unbalanced.emplace_back("hand-overs between components");
  }
  std::ranges::sort(books.unbalanced);
  books.in = sum.originated + sum.replicated;
  books.out = sum.consumed;
  books.drops = list_drops(drops_of(sum));
  books.balanced = books.unbalanced.empty() && sum.balances(books.queued);
  return books;
}

std::vector<LinkResult> collect_links(const Network& network, Duration run) {
  std::vector<LinkResult> results;
  for (const auto& violin : network.networks()) {
    for (const auto& link : violin->links()) {
      for (const std::size_t d : {0U, 1U}) {
        const Pipe& pipe = link->direction(d).pipe();
        const PipeStatistics& statistics = pipe.statistics();
        LinkResult result{pipe.name(),
                          name_of(link->ends[d]),
                          name_of(link->ends[1 - d]),
                          statistics.frames,
                          statistics.bytes.value,
                          share(statistics.busy, run),
                          statistics.most_frames,
                          list_drops(drops_of(pipe.ledger()))};
        if (result.frames > 0 || !result.drops.empty()) {
          results.push_back(std::move(result));
        }
      }
    }
  }
  std::ranges::sort(results, {}, &LinkResult::name);
  return results;
}

std::vector<HostResult> collect_hosts(const Network& network, Duration run) {
  std::map<HostId, HostResult> hosts;
  std::map<HostId, DropTotals> drops;
  for (const auto& violin : network.networks()) {
    for (const auto& node : violin->nodes()) {
      if (const auto* id = std::get_if<HostId>(&node->place)) {
        HostResult& host = hosts[*id];
        ++host.entities;
        host.frames += node->entity->ledger().in;
        add(drops[*id], node->entity->ledger());
      }
    }
  }
  std::vector<HostResult> results;
  for (auto& [id, host] : hosts) {
    host.name = network.substrate().host(id).name;
    if (const HostStages* stages = network.stages(id)) {
      const auto busy = [&](const Pipe* pipe) {
        return pipe == nullptr ? 0 : share(pipe->statistics().busy, run);
      };
      host.load = busy(stages->forward());
      host.access_up_utilisation = busy(stages->up());
      host.access_down_utilisation = busy(stages->down());
      stages->for_each([&](const Pipe& pipe) { add(drops[id], pipe.ledger()); });
    }
    host.drops = list_drops(drops[id]);
    results.push_back(std::move(host));
  }
  return results;
}

std::vector<SubstrateLinkResult> collect_substrate_links(const Network& network) {
  std::vector<SubstrateLinkResult> results;
  const RouterGraph* graph = network.substrate().graph();
  if (graph == nullptr) {
    return results;
  }
  std::vector<VirtualLoad> loads;
  for (const auto& violin : network.networks()) {
    for (const auto& link : violin->links()) {
      for (const std::size_t d : {0U, 1U}) {
        const auto* from = std::get_if<HostId>(&link->ends[d].node->place);
        const auto* to = std::get_if<HostId>(&link->ends[1 - d].node->place);
        if (from != nullptr && to != nullptr && *from != *to) {
          const PipeStatistics& carried = link->direction(d).pipe().statistics();
          loads.push_back({*from, *to, 1, carried.frames, carried.bytes.value});
        }
      }
    }
  }
  const LinkStress stress(network.substrate(), loads);
  for (std::size_t i = 0; i < stress.links().size(); ++i) {
    const LinkLoad& load = stress.links()[i];
    if (load.stress > 0) {
      const SubstrateLink& link = graph->links()[i];
      results.push_back({graph->router(link.from).name, graph->router(link.to).name, load.stress,
                         load.frames, load.bytes});
    }
  }
  std::ranges::stable_sort(results, std::ranges::greater{}, &SubstrateLinkResult::stress);
  return results;
}

}  // namespace violin
