#include "analysis/sweep/runner.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "analysis/sweep/alternative.h"

namespace violin::sweep {

namespace {

// Alternatives in a row are alike, so that an evaluator has less to change between them.
constexpr std::size_t kMostAtOnce = 64;

class Runner {
 public:
  Runner(const Study& study, std::span<const std::uint64_t> alternatives,
         const RunnerOptions& options)
      : study_(study),
        alternatives_(alternatives),
        options_(options),
        at_once_(study.questions().replications > 0 || study.places_anew() ? 1 : kMostAtOnce) {}

  bool run() {
    {
      std::vector<std::jthread> threads;
      for (unsigned i = 0; i < std::max(1U, options_.threads); ++i) {
        threads.emplace_back([this] { work(); });
      }
    }
    if (failure_ != nullptr) {
      std::rethrow_exception(failure_);
    }
    return finished_ == alternatives_.size();
  }

 private:
  bool keep_going() const { return !failed_ && options_.keep_going(); }

  void work() {
    try {
      Evaluator evaluator(study_, [this] { return keep_going(); });
      while (keep_going()) {
        const std::size_t begin = next_.fetch_add(at_once_);
        if (begin >= alternatives_.size()) {
          return;
        }
        const std::size_t count = std::min(at_once_, alternatives_.size() - begin);
        if (!evaluate(evaluator, alternatives_.subspan(begin, count))) {
          return;
        }
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = failed_.exchange(true) ? failure_ : std::current_exception();
    }
  }

  bool evaluate(Evaluator& evaluator, std::span<const std::uint64_t> alternatives) {
    for (const std::uint64_t alternative : alternatives) {
      auto outcome = evaluator.evaluate(alternative);
      if (!outcome) {
        return false;
      }
      const std::lock_guard lock(mutex_);
      options_.finished(std::move(*outcome));
      ++finished_;
    }
    return true;
  }

  const Study& study_;
  std::span<const std::uint64_t> alternatives_;
  const RunnerOptions& options_;
  std::size_t at_once_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;  // of the following, and of options_.finished
  std::exception_ptr failure_;
  std::size_t finished_ = 0;
};

}  // namespace

std::vector<std::uint64_t> share_of(std::uint64_t size, Ranks ranks,
                                    const std::function<bool(std::uint64_t)>& done) {
  std::vector<std::uint64_t> share;
  const auto size_of_round = static_cast<std::uint64_t>(ranks.size);
  for (std::uint64_t i = 0; i < size; ++i) {
    const std::uint64_t rank = (i + i / size_of_round) % size_of_round;
    if (rank == static_cast<std::uint64_t>(ranks.rank) && !done(i)) {
      share.push_back(i);
    }
  }
  return share;
}

bool run_alternatives(const Study& study, std::span<const std::uint64_t> alternatives,
                      const RunnerOptions& options) {
  return Runner(study, alternatives, options).run();
}

}  // namespace violin::sweep
