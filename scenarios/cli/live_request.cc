#include "scenarios/cli/live_request.h"

#include <fmt/format.h>

#include <cstdio>

#include "datapath/agent/run_directory.h"

namespace violin::cli {

LiveTarget LiveTarget::parse(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == text.size()) {
    throw std::runtime_error("'" + text +
                             "' names nothing of a running network: NETWORK/ENTITY is meant, such "
                             "as figure2/vHost1");
  }
  return {text.substr(0, slash), text.substr(slash + 1)};
}

ControlChannel connect_to(const std::string& network) {
  const RunDirectory directory(network);
  if (!directory.exists()) {
    const std::vector<std::string> names = RunDirectory::names();
    std::string known = names.empty() ? "; none is up" : "; up are";
    for (const std::string& name : names) {
      known += (&name == names.data() ? " " : ", ") + name;
    }
    throw std::runtime_error("there is no network '" + network + "'" + known);
  }
  std::optional<ControlChannel> daemon = ControlChannel::connect(directory.control());
  if (!daemon) {
    throw std::runtime_error("the daemon of '" + network +
                             "' does not answer: it is coming up, or has died; its log is " +
                             directory.log().string() + ", and `violin down " + network +
                             "` removes what it left");
  }
  return std::move(*daemon);
}

nlohmann::json result_of(ControlChannel& daemon) {
  while (const auto said = daemon.receive()) {
    const nlohmann::json& document = said->document;
    if (document.contains("progress")) {
      fmt::print(stderr, "{}\n", document["progress"].get<std::string>());
    } else if (document.contains("error")) {
      throw LiveError(document["error"].get<std::string>(),
                      static_cast<ExitCode>(document.value("exit", 1)));
    } else {
      return document.at("result");
    }
  }
  throw LiveError("the daemon went before it had answered", kFailed);
}

nlohmann::json ask(const std::string& network, const nlohmann::json& request,
                   const std::vector<int>& descriptors) {
  ControlChannel daemon = connect_to(network);
  daemon.send(request, descriptors);
  return result_of(daemon);
}

}  // namespace violin::cli
