#include "datapath/agent/daemon.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "datapath/agent/capture_stream.h"
#include "datapath/agent/exec_session.h"
#include "datapath/agent/status.h"

namespace violin {

namespace {

using nlohmann::json;

// What a request must have.
template <typename T>
T field(const json& request, const char* name) {
  if (!request.contains(name)) {
    throw std::runtime_error(std::string("the request has no '") + name + "'");
  }
  try {
    return request[name].get<T>();
  } catch (const json::exception&) {
    throw std::runtime_error(std::string("the request's '") + name + "' is of another type");
  }
}

}  // namespace

const std::map<std::string, Daemon::Answer>& Daemon::verbs() {
  static const std::map<std::string, Answer> kVerbs = {
      {"status", &Daemon::status},   {"exec", &Daemon::exec},
      {"change", &Daemon::change},   {"reset_link", &Daemon::reset_link},
      {"migrate", &Daemon::migrate}, {"guest", &Daemon::guest},
      {"jetway", &Daemon::jetway},   {"capture", &Daemon::capture},
      {"down", &Daemon::down},
  };
  return kVerbs;
}

Daemon::Daemon(const RunDirectory& directory, LiveNetwork& live, Stations* stations,
               Jetways& jetways)
    : directory_(directory),
      live_(live),
      stations_(stations),
      jetways_(jetways),
      listener_(directory.control()) {}

Daemon::~Daemon() {
  for (User& user : users_) {
    ::shutdown(user.channel.fd(), SHUT_RDWR);
    user.thread.join();
  }
}

void Daemon::serve() {
  while (!ending_) {
    std::optional<ControlChannel> channel = listener_.accept();
    if (!channel) {
      return;
    }
    bury_gone();
    if (channel->peer_user() != ::geteuid()) {
      continue;
    }
    const std::lock_guard lock(mutex_);
    User& user = users_.emplace_back(std::move(*channel));
    user.thread = std::thread([this, &user] {
      attend(user);
      user.gone = true;
    });
  }
}

void Daemon::end() {
  ending_ = true;
  listener_.shut_down();
}

void Daemon::bury_gone() {
  const std::lock_guard lock(mutex_);
  for (auto user = users_.begin(); user != users_.end();) {
    if (user->gone) {
      user->thread.join();
      user = users_.erase(user);
    } else {
      ++user;
    }
  }
}

void Daemon::attend(User& user) {
  try {
    if (std::optional<Request> request = user.channel.receive()) {
      const json said = answer(*request, user);
      user.channel.send(said);
    }
  } catch (const std::exception&) {
    // The user has gone, or said what is no request: nobody is there to be told.
  }
}

json Daemon::answer(Request& request, User& user) {
  try {
    const auto found = verbs().find(field<std::string>(request.document, "verb"));
    if (found == verbs().end()) {
      throw std::runtime_error("the daemon does not know that verb; is it of another version?");
    }
    return {{"result", (this->*found->second)(request, user)}};
  } catch (const scenario::ScenarioError& error) {
    return {{"error", error.what()}, {"exit", 3}};
  } catch (const std::exception& error) {
    return {{"error", error.what()}, {"exit", 1}};
  }
}

json Daemon::status(Request& /*request*/, User& /*user*/) {
  const std::lock_guard lock(changing_);
  return status_of(directory_, live_, stations_, jetways_);
}

json Daemon::exec(Request& request, User& user) {
  if (stations_ == nullptr) {
    throw std::runtime_error(
        "hosts are models here, which run no commands: `violin up` without "
        "--hosts models boots guests");
  }
  if (request.descriptors.size() != 3) {
    throw std::runtime_error("a command needs standard input, output and error");
  }
  uml::ExecRequest command;
  command.argv = field<std::vector<std::string>>(request.document, "argv");
  command.environment = request.document.value("environment", std::vector<std::string>{});
  if (request.document.contains("terminal")) {
    const auto size = field<std::vector<std::uint16_t>>(request.document, "terminal");
    command.terminal = uml::WindowSize{size.at(0), size.at(1)};
  }
  uml::Guest& guest = stations_->guest(field<std::string>(request.document, "target"));
  return run_in_guest(guest, command,
                      {std::move(request.descriptors[0]), std::move(request.descriptors[1]),
                       std::move(request.descriptors[2])},
                      user.channel);
}

json Daemon::change(Request& request, User& user) {
  const std::lock_guard lock(changing_);
  const std::string event = request.document.at("event").dump();
  live_.on_kernel([&] { live_.change(event); });
  if (stations_ != nullptr) {
    stations_->reconcile([&](const std::string& text) {
      user.channel.send(json{{"progress", text}});
    });
  }
  return json::object();
}

json Daemon::reset_link(Request& request, User& /*user*/) {
  const std::lock_guard lock(changing_);
  const json& asked = request.document;
  live_.on_kernel([&] {
    if (asked.contains("trunk")) {
      const auto ends = field<std::vector<std::string>>(asked, "trunk");
      live_.reset_trunk(ends.at(0), ends.at(1));
    } else {
      live_.reset_link(field<std::string>(asked, "nic"));
    }
  });
  return json::object();
}

// Blocked time is frames lost over frames offered per second, while it moved and shortly after
// (RFC 6349 has no word for it; the measure is that of live-migration studies).
json Daemon::migrate(Request& request, User& user) {
  const std::lock_guard lock(changing_);
  const auto entity = field<std::string>(request.document, "entity");
  const auto host = field<std::string>(request.document, "host");
  const auto watch = [&] { return live_.on_kernel([&] { return live_.passing(entity); }); };
  constexpr std::chrono::milliseconds kWindow{200};
  if (stations_ != nullptr) {
    stations_->count_losses();  // what was lost before is no loss of the migration's
  }
  const Passing before = watch();
  std::this_thread::sleep_for(kWindow);
  const Passing at = watch();
  json told = move(entity, host);
  if (stations_ != nullptr) {
    stations_->reconcile([&](const std::string& text) {
      user.channel.send(json{{"progress", text}});
    });
  }
  std::this_thread::sleep_for(kWindow);
  const Passing after = watch();
  const double offered = static_cast<double>(at.frames - before.frames) /
                         std::chrono::duration<double>(kWindow).count();
  const std::uint64_t lost = after.dropped - at.dropped;
  told["lost"] = lost;
  told["offered_per_s"] = offered;
  told["blocked_s"] = offered > 0 ? static_cast<double>(lost) / offered : 0.0;
  return told;
}

// Returns once nothing of it goes on any more.
json Daemon::move(const std::string& entity, const std::string& host) {
  const json event{{"migrate", {{"entity", entity}, {"host", host}}}};
  const auto begun = std::chrono::steady_clock::now();
  live_.on_kernel([&] { live_.change(event.dump()); });
  const std::chrono::duration<double> changing = std::chrono::steady_clock::now() - begun;
  while (live_.on_kernel([&] { return live_.moving(entity); })) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const auto report = live_.on_kernel([&] { return live_.move_of(entity); });
  if (!report) {
    return {{"repointing_s", changing.count()}};
  }
  if (!report->done) {
    throw std::runtime_error("'" + entity + "' could not be handed over to '" + host +
                             "': a host failed meanwhile. It is where it was; try again once "
                             "both hosts are up");
  }
  return {{"links", report->links},
          {"repointing_s", to_seconds(report->repointing)},
          {"handover_s", to_seconds(report->duration)},
          {"relayed", report->relayed},
          {"held", report->held},
          {"in_order", report->in_order}};
}

json Daemon::guest(Request& request, User& /*user*/) {
  const std::lock_guard lock(changing_);
  if (stations_ == nullptr) {
    throw std::runtime_error("hosts are models here: there are no guests");
  }
  const auto target = field<std::string>(request.document, "target");
  const auto action = field<std::string>(request.document, "action");
  uml::Guest& guest = stations_->guest(target);
  if (action == "pause") {
    guest.pause();
  } else if (action == "resume") {
    guest.resume();
  } else if (action == "restart") {
    stations_->restart(target);
  } else {
    throw std::runtime_error("a guest is paused, resumed or restarted, not '" + action + "'");
  }
  return json::object();
}

json Daemon::jetway(Request& request, User& /*user*/) {
  const std::lock_guard lock(changing_);
  const auto vswitch = field<std::string>(request.document, "vswitch");
  if (!field<bool>(request.document, "on")) {
    jetways_.off(vswitch);
    return json::object();
  }
  JetwayRequest wanted;
  wanted.vswitch = vswitch;
  wanted.device = request.document.value("device", "");
  wanted.user_mode = request.document.value("user_mode", false);
  if (const std::string address = request.document.value("address", ""); !address.empty()) {
    wanted.address = Ipv4Interface::parse(address);
    if (!wanted.address) {
      throw std::runtime_error("'" + address + "' is no address with prefix, as 10.0.1.254/24");
    }
  }
  for (const std::string& rule : request.document.value("allow", std::vector<std::string>{})) {
    wanted.rules.push_back(JetwayRule::parse(rule));
  }
  return {{"device", jetways_.on(wanted)}};
}

json Daemon::capture(Request& request, User& user) {
  if (request.descriptors.size() != 1) {
    throw std::runtime_error("a capture needs a descriptor to be written to");
  }
  CaptureStream capture(live_, field<std::string>(request.document, "nic"),
                        std::move(request.descriptors[0]));
  user.channel.send(json{{"progress", "capturing"}});
  while (!capture.reader_gone() && !ending_) {
    pollfd wait{user.channel.fd(), POLLIN, 0};
    if (::poll(&wait, 1, 200) > 0) {
      break;  // it wants no more
    }
  }
  return {{"left_out", capture.left_out()}};
}

json Daemon::down(Request& /*request*/, User& user) {
  const std::lock_guard lock(changing_);
  user.channel.send(json{{"progress", "ending guests"}});
  json last = status_of(directory_, live_, stations_, jetways_);
  if (stations_ != nullptr) {
    stations_->stop(std::chrono::milliseconds(500));
  }
  end();
  return last;
}

}  // namespace violin
