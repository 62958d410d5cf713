#include "bench/peers/hub_milp.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

namespace violin::bench {
namespace {

namespace fs = std::filesystem;

// z_i_k: point i is at hub k. y_i_k_l: flow that point i sends from hub k to hub l.
class LpWriter {
 public:
  LpWriter(const HubProblem& problem, double scale)
      : problem_(problem),
        scale_(scale),
        n_(problem.points()),
        sent_(problem.sent()),
        received_(problem.received()) {}

  std::string write() {
    write_objective();
    text_ += "subject to\n";
    write_choice();
    write_flows();
    text_ += "binary\n";
    for_pairs([&](std::size_t i, std::size_t k) { text_ += fmt::format(" z_{}_{}\n", i, k); });
    return text_ + "end\n";
  }

 private:
  template <typename Use>
  void for_pairs(Use use) {
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t k = 0; k < n_; ++k) {
        use(i, k);
      }
    }
  }
  double whole(double flow) const { return std::round(flow * scale_); }

  void write_objective() {
    text_ = "minimize\n obj:";
    for_pairs([&](std::size_t i, std::size_t k) {
      text_ += fmt::format(
          " + {:.12g} z_{}_{}\n",
          sent_[i] * problem_.collection(i, k) + received_[i] * problem_.distribution(i, k), i, k);
      for (std::size_t l = 0; l < n_; ++l) {
        text_ += fmt::format(" + {:.12g} y_{}_{}_{}\n", problem_.transfer(k, l) / scale_, i, k, l);
      }
    });
  }

  void write_choice() {
    for (std::size_t k = 0; k < n_; ++k) {
      text_ += fmt::format(" + z_{}_{}", k, k);
    }
    text_ += fmt::format(" = {}\n", *problem_.hubs);
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t k = 0; k < n_; ++k) {
        text_ += fmt::format(" + z_{}_{}", i, k);
      }
      text_ += " = 1\n";
    }
    for_pairs([&](std::size_t i, std::size_t k) {
      if (i != k) {
        text_ += fmt::format(" z_{}_{} - z_{}_{} <= 0\n", i, k, k, k);
      }
    });
  }

  // What a point sends leaves its hub and arrives at those of the receivers.
  void write_flows() {
    for_pairs([&](std::size_t i, std::size_t k) {
      for (std::size_t l = 0; l < n_; ++l) {
        if (l != k) {
          text_ += fmt::format(" + y_{}_{}_{} - y_{}_{}_{}\n", i, k, l, i, l, k);
        }
      }
      double others = 0;  // what it sends to others
      for (std::size_t j = 0; j < n_; ++j) {
        if (j != i) {
          others += whole(problem_.flow(i, j));
          text_ += fmt::format(" + {:.0f} z_{}_{}\n", whole(problem_.flow(i, j)), j, k);
        }
      }
      text_ += fmt::format(" - {:.0f} z_{}_{} = 0\n", others, i, k);
    });
  }

  const HubProblem& problem_;
  double scale_;
  std::size_t n_;
  std::vector<double> sent_;
  std::vector<double> received_;
  std::string text_;
};

const char* program(MilpSolver solver) { return solver == MilpSolver::kCbc ? "cbc" : "glpsol"; }

std::string read(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::optional<double> number_after(const std::string& text, std::string_view words) {
  const std::size_t at = text.find(words);
  return at == std::string::npos ? std::nullopt
                                 : std::optional(std::stod(text.substr(at + words.size())));
}

double seconds_of_children() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

std::string to_lp(const HubProblem& problem, double scale) {
  return LpWriter(problem, scale).write();
}

bool installed(MilpSolver solver) {
  const std::string command = fmt::format("command -v {} >/dev/null 2>&1", program(solver));
  return std::system(command.c_str()) == 0;
}

MilpRun solve(MilpSolver solver, const std::string& lp) {
  const fs::path folder = fs::temp_directory_path() / fmt::format("violin-hub-milp-{}", getpid());
  fs::create_directories(folder);
  std::ofstream(folder / "hub.lp") << lp;
  const std::string path = folder.string();
  const std::string command =
      solver == MilpSolver::kCbc
          ? fmt::format("cbc {0}/hub.lp ratioGap 0 solve solution {0}/out >{0}/log 2>&1", path)
          : fmt::format("glpsol --lp {0}/hub.lp -o {0}/out >{0}/log 2>&1", path);
  const double before = seconds_of_children();
  const bool ended = std::system(command.c_str()) == 0;
  MilpRun run{std::nullopt, seconds_of_children() - before};
  const std::string out = read(folder / "out");
  fs::remove_all(folder);
  if (ended && solver == MilpSolver::kCbc && out.starts_with("Optimal")) {
    run.cost = number_after(out, "objective value");
  } else if (ended && solver == MilpSolver::kGlpk &&
             out.find("INTEGER OPTIMAL") != std::string::npos) {
    run.cost = number_after(out, "obj =");
  }
  return run;
}

}  // namespace violin::bench
