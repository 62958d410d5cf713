#include "models/placement/hub/transfer_dual.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace violin {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// What compilers make one instruction of, for two or more values at once.
double lesser(double a, double b) { return a < b ? a : b; }

double largest(std::span<const double> values, const std::vector<std::size_t>& sites) {
  double most = 0;
  for (const std::size_t k : sites) {
    most = std::max(most, std::abs(values[k]));
  }
  return most;
}

// v(l) = min over `sites` k of transfer(k, l) - u(k). Four rows at a time, in a form that compilers
// vectorise: one row at a time would mostly load and store v.
void conjugate(const Table<double>& transfer, const std::vector<std::size_t>& sites,
               std::span<const double> u, std::span<double> v) {
  const std::size_t size = v.size();
  const std::size_t last = sites.size() - 1;
  double* out = v.data();
  std::ranges::fill(v, kInfinity);
  for (std::size_t at = 0; at <= last; at += 4) {
    const std::array<std::size_t, 4> k{sites[at], sites[std::min(at + 1, last)],
                                       sites[std::min(at + 2, last)],
                                       sites[std::min(at + 3, last)]};
    const double* a = transfer.row(k[0]).data();
    const double* b = transfer.row(k[1]).data();
    const double* c = transfer.row(k[2]).data();
    const double* d = transfer.row(k[3]).data();
    const std::array<double, 4> less{u[k[0]], u[k[1]], u[k[2]], u[k[3]]};
    for (std::size_t l = 0; l < size; ++l) {
      const double ab = lesser(a[l] - less[0], b[l] - less[1]);
      const double cd = lesser(c[l] - less[2], d[l] - less[3]);
      out[l] = lesser(out[l], lesser(ab, cd));
    }
  }
}

}  // namespace

TransferDual::TransferDual(const AllocationModel& model)
    : u_(model.pairs.size(), model.sites()), direction_(model.pairs.size(), model.sites()) {}

void TransferDual::start_from(const AllocationModel& model,
                              std::span<const std::size_t> allocation) {
  for (std::size_t e = 0; e < model.pairs.size(); ++e) {
    const std::size_t a = allocation[model.pairs[e].from];
    const std::size_t b = allocation[model.pairs[e].to];
    for (std::size_t k = 0; k < model.sites(); ++k) {
      u_(e, k) = (model.transfer(k, b) - model.transfer(k, a)) / 2;
    }
  }
}

Table<double> TransferDual::prices(const AllocationModel& model, const AllocationDomain& domain) {
  Table<double> prices = model.linear;
  std::vector<double> v(model.sites());
  magnitude_ = 0;
  for (std::size_t e = 0; e < model.pairs.size(); ++e) {
    const FlowPair& pair = model.pairs[e];
    const std::span<const double> u = u_.row(e);
    conjugate(model.transfer, domain.allowed(pair.from), u, v);
    for (const std::size_t k : domain.allowed(pair.from)) {
      prices(pair.from, k) += pair.weight * u[k];
    }
    for (const std::size_t l : domain.allowed(pair.to)) {
      prices(pair.to, l) += pair.weight * v[l];
    }
    magnitude_ +=
        pair.weight * (largest(u, domain.allowed(pair.from)) + largest(v, domain.allowed(pair.to)));
  }
  return prices;
}

std::size_t TransferDual::answer(const AllocationModel& model,
                                 const std::vector<std::size_t>& sites, std::size_t pair,
                                 std::size_t l) const {
  const std::span<const double> u = u_.row(pair);
  std::size_t best = sites.front();
  for (const std::size_t k : sites) {
    if (model.transfer(k, l) - u[k] < model.transfer(best, l) - u[best]) {
      best = k;
    }
  }
  return best;
}

double TransferDual::turn(const AllocationModel& model, const AllocationDomain& domain,
                          const Table<double>& shares, double memory) {
  double norm = 0;
  for (std::size_t e = 0; e < model.pairs.size(); ++e) {
    const FlowPair& pair = model.pairs[e];
    const std::vector<std::size_t>& sites = domain.allowed(pair.from);
    const std::span<double> direction = direction_.row(e);
    for (const std::size_t k : sites) {
      direction[k] = memory * direction[k] + (1 - memory) * shares(pair.from, k);
    }
    for (const std::size_t l : domain.allowed(pair.to)) {
      if (shares(pair.to, l) > 0) {
        direction[answer(model, sites, e, l)] -= (1 - memory) * shares(pair.to, l);
      }
    }
    double sum = 0;
    for (const std::size_t k : sites) {
      sum += direction[k] * direction[k];
    }
    norm += pair.weight * sum;
  }
  return norm;
}

void TransferDual::move(double step) {
  for (std::size_t e = 0; e < u_.rows(); ++e) {
    const std::span<double> u = u_.row(e);
    const std::span<const double> direction = direction_.row(e);
    for (std::size_t k = 0; k < u.size(); ++k) {
      u[k] += step * direction[k];
    }
  }
}

void TransferDual::keep(std::span<const std::size_t> sites) {
  u_ = columns_of(u_, sites);
  direction_ = columns_of(direction_, sites);
}

}  // namespace violin
