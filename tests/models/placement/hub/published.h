// The published instances, where they are present: VIOLIN_DATA, or ../shared/data beside the
// source.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "models/placement/hub/hub_file.h"
#include "models/placement/hub/pmed_file.h"

namespace violin {

class Published : public testing::Test {
 public:
  void SetUp() override {
    const char* given = std::getenv("VIOLIN_DATA");
    folder_ = given != nullptr ? given : VIOLIN_SOURCE_DIR "/../shared/data";
    if (!std::filesystem::is_directory(folder_)) {
      GTEST_SKIP() << "no data at " << folder_ << "; set VIOLIN_DATA";
    }
  }

  bool has(const std::string& path) const { return std::filesystem::exists(folder_ / path); }
  std::string read(const std::string& path) const {
    std::ifstream file(folder_ / path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  // Australia Post with so many nodes.
  HubProblem australia_post(std::size_t nodes, std::size_t hubs) const {
    const std::string name = std::to_string(nodes) + (nodes == 10 ? ".2" : ".3");
    const std::string text = read("hub-ap/" + name);
    HubProblem problem = load_hub_problem({name, text});
    problem.hubs = hubs;
    return problem;
  }
  // The kinds are T (tight) or L (loose).
  HubProblem capacitated(std::size_t nodes, char fixed_costs, char capacities) const {
    HubProblem problem = australia_post(nodes, 1);
    problem.hubs.reset();
    const std::string end = "." + std::to_string(nodes);
    const std::string costs = read("hub-ap/Fcost" + (fixed_costs + end));
    const std::string rooms = read("hub-ap/Cap" + (capacities + end));
    problem.fixed_costs = load_fixed_costs({"Fcost", costs}, nodes);
    problem.capacities = load_capacities({"Cap", rooms}, nodes);
    return problem;
  }
  MedianProblem pmed(std::size_t number) const {
    const std::string name = "pmed" + std::to_string(number) + ".txt";
    const std::string text = read("orlib-pmed/" + name);
    return load_pmed({name, text});
  }

 private:
  std::filesystem::path folder_;
};

// In the units of the published tables, to the printed cent.
inline void expect_published(double cost, double published) {
  EXPECT_NEAR(cost / kPublishedCost, published, 0.0051);
}

}  // namespace violin
