#include "models/placement/mip/mip_draft.h"

#include <algorithm>

namespace violin::placement {

namespace {

std::vector<std::vector<HostId>> hosts_of(const Problem& problem,
                                          const std::vector<Constraint>& kept) {
  std::vector<std::vector<HostId>> hosts(problem.entities.size(), all_hosts(problem));
  for (const Constraint& constraint : kept) {
    if (constraint.kind == Constraint::Kind::kAllowed) {
      hosts[constraint.of] = problem.entities[constraint.of].allowed;
    }
  }
  return hosts;
}

}  // namespace

MipDraft::MipDraft(const Problem& problem, const std::vector<Constraint>& kept)
    : problem_(problem), columns_(hosts_of(problem, kept), program_) {}

bool MipDraft::add_row(Row row) {
  nonzeros_ += row.entries.size();
  if (fits(0)) {
    program_.rows.push_back(std::move(row));
  }
  return fits(0);
}

bool MipDraft::need_product(std::size_t link) {
  nonzeros_ += columns_.nonzeros_of_product(end(link, 0), end(link, 1));
  if (fits(0)) {
    columns_.add_product(end(link, 0), end(link, 1), program_);
  }
  return fits(0);
}

bool MipDraft::joined(HostId from, HostId to) const {
  return problem_.delays.at(violin::to_index(from), violin::to_index(to)).has_value();
}

double MipDraft::cells(HostId from, HostId to) const {
  return problem_.delays.row(violin::to_index(from))[violin::to_index(to)];
}

std::vector<HostId> all_hosts(const Problem& problem) {
  std::vector<HostId> hosts;
  for (std::uint32_t h = 0; h < problem.hosts(); ++h) {
    hosts.push_back(HostId{h});
  }
  return hosts;
}

std::vector<std::pair<std::size_t, double>> merged(Linear linear) {
  auto& terms = linear.terms;
  std::ranges::sort(terms, {}, [](const auto& term) { return term.first; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (kept > 0 && terms[kept - 1].first == terms[i].first) {
      terms[kept - 1].second += terms[i].second;
    } else {
      terms[kept++] = terms[i];
    }
  }
  terms.resize(kept);
  return std::move(terms);
}

}  // namespace violin::placement
