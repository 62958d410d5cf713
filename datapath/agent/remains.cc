#include "datapath/agent/remains.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "datapath/jetway/jetway_resources.h"
#include "datapath/uml/remains.h"

namespace violin {

namespace {

// 0 if there is no such process, or it has ended and nobody has asked how.
std::uint64_t start_time_of(int pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line;
  if (!std::getline(file, line)) {
    return 0;
  }
  std::istringstream fields(line.substr(line.rfind(')') + 1));  // from field 3 on
  std::string field;
  if (line.find(") Z ") != std::string::npos) {
    return 0;
  }
  for (int i = 3; i <= 22 && fields >> field; ++i) {
  }
  return fields ? std::stoull(field) : 0;
}

void end_daemon(const DaemonIdentity& identity, std::vector<std::string>& removed) {
  if (!identity.runs()) {
    return;
  }
  ::kill(identity.pid, SIGKILL);
  while (identity.runs()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  removed.push_back(fmt::format("the daemon (process {})", identity.pid));
}

void end_guest(const Resource& guest, std::vector<std::string>& removed) {
  const uml::Remains remains = uml::remove_guest_remains(guest.name);
  if (remains.processes > 0) {
    removed.push_back(fmt::format("guest {} ({} processes)", guest.name, remains.processes));
  }
}

void end_jetway(const Resource& jetway, std::vector<std::string>& removed) {
  const auto detail = nlohmann::json::parse(jetway.detail);
  for (const std::string& device :
       remove_jetway_remains({detail.at("owner"), detail.at("namespace"), detail.at("devices")})) {
    removed.push_back("device " + device);
  }
}

}  // namespace

DaemonIdentity DaemonIdentity::of(const Journal& journal) {
  for (const Resource& resource : journal.resources()) {
    if (resource.kind == "daemon") {
      const auto detail = nlohmann::json::parse(resource.detail);
      return {detail.at("pid"), detail.at("start_time")};
    }
  }
  return {};
}

DaemonIdentity DaemonIdentity::of_this_process() { return {::getpid(), start_time_of(::getpid())}; }

bool DaemonIdentity::runs() const {
  return pid > 0 && start_time != 0 && start_time_of(pid) == start_time;
}

std::vector<std::string> remove_remains(const RunDirectory& directory) {
  std::vector<std::string> removed;
  {
    Journal journal(directory.journal());
    end_daemon(DaemonIdentity::of(journal), removed);  // first of all, lest it makes more
    for (const Resource& resource : journal.resources()) {
      if (resource.kind == "guest") {
        end_guest(resource, removed);
      } else if (resource.kind == "jetway") {
        end_jetway(resource, removed);
      }
      journal.strike(resource.id);
    }
  }
  directory.remove();
  return removed;
}

}  // namespace violin
