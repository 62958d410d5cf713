// What the tests of live networks share: a folder for their state, what `violin status` and `exec`
// say, and the proof that nothing was left behind.
#pragma once

#include <gmock/gmock.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/scenarios/cli/program.h"

namespace violin {

using Json = nlohmann::json;

class Live : public CommandLine {
 public:
  ~Live() override {
    for (const std::filesystem::path& network : networks()) {
      violin({"down", network.filename().string()});
    }
    EXPECT_THAT(networks(), ::testing::IsEmpty());
    EXPECT_TRUE(comes_true([this] { return processes_here().empty(); }, std::chrono::seconds(5)))
        << "left behind: " << ::testing::PrintToString(processes_here());
  }

 protected:
  Live() { ::setenv("XDG_RUNTIME_DIR", folder().c_str(), 1); }
  std::vector<std::filesystem::path> networks() const {
    std::vector<std::filesystem::path> found;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder() / "violin", none)) {
      found.push_back(entry.path());
    }
    return found;
  }
  // Those that run in this test's folder, or have a file in it open: daemons and guests.
  std::vector<std::string> processes_here() const {
    std::vector<std::string> found;
    for (const auto& process : std::filesystem::directory_iterator("/proc")) {
      std::error_code gone;
      const auto here = [&](const std::filesystem::path& link) {
        return std::filesystem::read_symlink(link, gone)
            .string()
            .starts_with(folder().string() + "/violin");
      };
      bool is_here = here(process.path() / "cwd");
      for (const auto& open : std::filesystem::directory_iterator(process.path() / "fd", gone)) {
        is_here = is_here || here(open.path());
      }
      if (is_here) {
        found.push_back(process.path().filename().string() + " " +
                        text_of(process.path() / "cmdline"));
      }
    }
    return found;
  }
  Json status(const std::string& name) const {
    const Ended ended = violin({"status", name, "--format", "json"});
    return ended.code == 0 ? Json::parse(ended.out) : Json{{"error", ended.err}};
  }
  Json entity(const std::string& network, const std::string& name) const {
    const Json told = status(network);
    for (const Json& entity : told["entities"]) {
      if (entity["name"] == name) {
        return entity;
      }
    }
    return {{"state", "absent"}};
  }
  Ended exec(const std::string& guest, std::vector<std::string> command) const {
    command.insert(command.begin(), {"exec", guest, "--"});
    return violin(std::move(command));
  }
  // Until it is so, for so long at most.
  template <typename Condition>
  static bool comes_true(Condition condition, std::chrono::milliseconds patience) {
    for (const auto end = std::chrono::steady_clock::now() + patience;
         std::chrono::steady_clock::now() < end;
         std::this_thread::sleep_for(std::chrono::milliseconds(20))) {
      if (condition()) {
        return true;
      }
    }
    return false;
  }
};

class LiveGuests : public Live {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists("/usr/bin/linux.uml")) {
      GTEST_SKIP() << "no User-Mode Linux here: apt-get install user-mode-linux";
    }
  }
  // Two guests on one vLAN, each at a host of its own, and its vSwitch at a third.
  std::filesystem::path pair_scenario() const {
    return make("pair.yaml", R"(
name: pair
duration: 10s
substrate: {pairs: {default_rtt: 10ms}, hosts: [{name: h1}, {name: h2}, {name: h3}]}
violins:
  - name: v
    vswitches: [{name: s, host: h2}]
    vhosts:
      - {name: a, host: h1, nics: [{address: 10.9.0.1/24, to: s}]}
      - {name: b, host: h3, nics: [{address: 10.9.0.2/24, to: s}]}
)");
  }
  Ended up_pair(const std::string& name, const std::vector<std::string>& options = {}) const {
    std::vector<std::string> words{"up", pair_scenario().string(), "--name", name};
    words.insert(words.end(), options.begin(), options.end());
    return violin(std::move(words));
  }
  // Longer than it takes the guest to ask anew for a neighbour that has just not answered.
  static std::vector<std::string> try_for_a_while(const std::string& address) {
    return {"ping", "-c", "8", "-i", "0.5", "-W", "1", address};
  }
  // The hops that traceroute shows in the guest, the end included.
  std::vector<std::string> route(const std::string& guest, const std::string& address) const {
    const Ended traced = exec(guest, {"traceroute", "-n", "-q", "1", "-w", "3", address});
    EXPECT_EQ(traced.code, 0) << traced.err;
    std::istringstream lines(traced.out);
    std::string line;
    std::getline(lines, line);  // "traceroute to ..."
    std::vector<std::string> hops;
    while (std::getline(lines, line)) {
      std::istringstream words(line);
      std::string number;
      words >> number >> hops.emplace_back();
    }
    return hops;
  }
  static bool is_installed(const std::string& program) {
    return std::system(("command -v " + program + " > /dev/null").c_str()) == 0;
  }
  bool a_reaches_b(const std::string& name) const {
    return exec(name + "/a", {"ping", "-c", "1", "-W", "2", "10.9.0.2"}).code == 0;
  }
};

}  // namespace violin
