#include "models/placement/hub/cover_relaxation.h"

#include <algorithm>
#include <cmath>
#include <coin/ClpEventHandler.hpp>
#include <coin/ClpSimplex.hpp>
#include <coin/CoinPackedMatrix.hpp>

namespace violin {
namespace {

// Of which Clp makes copies.
class Watch final : public ClpEventHandler {
 public:
  explicit Watch(const KeepGoing& keep_going) : keep_going_(&keep_going) {}
  int event(Event event) override {
    const bool asks = event == endOfIteration || event == endOfFactorization;
    return asks && !(*keep_going_)() ? 0 : -1;
  }
  ClpEventHandler* clone() const override { return new Watch(*this); }

 private:
  const KeepGoing* keep_going_;
};

std::size_t end_of(const Cover::Numbers& numbers) {
  return numbers.empty() ? 0 : numbers.back() + 1;
}

}  // namespace

CoverRelaxation::CoverRelaxation(const Cover& cover)
    : points_(end_of(cover.points())),
      candidates_(end_of(cover.candidates())),
      simplex_(std::make_unique<ClpSimplex>()) {
  load(cover);
}

CoverRelaxation::~CoverRelaxation() = default;

void CoverRelaxation::load(const Cover& cover) {
  CoinPackedMatrix matrix(false, 0, 0);
  matrix.setDimensions(0, static_cast<int>(candidates_));
  std::vector<CoinBigIndex> starts{0};
  std::vector<int> columns;
  for (std::size_t i = 0, next = 0; i < points_; ++i) {
    if (cover.points()[next] == i) {
      cover.for_each_candidate(i, [&](std::size_t k) { columns.push_back(static_cast<int>(k)); });
      ++next;
    }
    starts.push_back(static_cast<CoinBigIndex>(columns.size()));
  }
  const std::vector<double> ones(columns.size(), 1);
  matrix.appendRows(static_cast<int>(points_), starts.data(), columns.data(), ones.data());
  const std::vector<double> cost(candidates_, 1);
  const std::vector<double> least(points_, 0);
  simplex_->setLogLevel(0);
  simplex_->loadProblem(matrix, nullptr, nullptr, cost.data(), least.data(), nullptr);
}

CoverRelaxation::Bound CoverRelaxation::solve(const Cover& cover, const KeepGoing& keep_going) {
  std::vector<double> upper(candidates_, 0);
  for (const std::size_t k : cover.candidates()) {
    upper[k] = COIN_DBL_MAX;
  }
  std::vector<double> least(points_, 0);
  for (const std::size_t i : cover.points()) {
    least[i] = 1;
  }
  simplex_->chgColumnUpper(upper.data());
  simplex_->chgRowLower(least.data());
  const Watch watch(keep_going);
  simplex_->passInEventHandler(&watch);
  simplex_->dual();
  Bound bound{0, std::vector<std::int64_t>(candidates_, kOne)};
  for (const std::size_t i : cover.points()) {
    const double price = std::clamp(simplex_->dualRowSolution()[i], 0.0, 1.0);
    const std::int64_t whole = std::llround(price * static_cast<double>(kOne));
    bound.needed += whole;
    if (whole > 0) {
      cover.for_each_candidate(i, [&](std::size_t k) { bound.dearer[k] -= whole; });
    }
  }
  for (const std::size_t k : cover.candidates()) {
    bound.needed += std::min<std::int64_t>(bound.dearer[k], 0);
    bound.dearer[k] = std::max<std::int64_t>(bound.dearer[k], 0);
  }
  return bound;
}

}  // namespace violin
