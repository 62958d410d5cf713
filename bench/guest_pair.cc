#include "bench/guest_pair.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "bench/floors/guest_relay.h"
#include "datapath/agent/journal.h"
#include "datapath/agent/live_network.h"
#include "datapath/agent/stations.h"
#include "scenarios/load/load.h"

namespace violin::bench {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using uml::Guest;
using uml::GuestSpec;

constexpr Bytes kMemory{128 << 20};
constexpr std::array kSides = {"left", "right"};

// A program that runs until this goes, with an open and silent standard input.
class Companion {
 public:
  Companion(std::vector<std::string> words, const fs::path& made) {
    std::array<int, 2> input{};
    if (::pipe2(input.data(), O_CLOEXEC) != 0) {
      throw_errno("cannot make a pipe");
    }
    input_ = FileDescriptor(input[1]);
    const FileDescriptor theirs(input[0]);
    std::vector<char*> argv;
    for (std::string& word : words) {
      argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(theirs.get(), STDIN_FILENO);
      const int nothing = ::open("/dev/null", O_WRONLY);
      ::dup2(nothing, STDOUT_FILENO);
      ::dup2(nothing, STDERR_FILENO);
      ::execvp(argv[0], argv.data());
      ::_exit(127);
    }
    for (int i = 0; i < 200 && !fs::exists(made); ++i) {
      std::this_thread::sleep_for(10ms);
    }
    if (!fs::exists(made)) {
      end();
      throw std::runtime_error(words[0] + " has not made " + made.string());
    }
  }
  Companion(const Companion&) = delete;
  Companion& operator=(const Companion&) = delete;
  ~Companion() { end(); }

 private:
  void end() const {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }

  FileDescriptor input_;
  pid_t pid_;
};

GuestSpec spec_of(std::size_t side) {
  GuestSpec spec;
  spec.name = kSides[side];
  spec.kernel = guest_kernel();
  spec.memory = kMemory;
  return spec;
}

Ipv4Address address_of(std::size_t side) { return {10, 0, 0, static_cast<std::uint8_t>(side + 1)}; }

MacAddress mac_of(std::size_t side) { return MacAddress::local(side + 1); }

// Two guests that are started by hand.
class PlainPair : public GuestPair {
 public:
  explicit PlainPair(const fs::path& directory) : directory_(directory) {}
  ~PlainPair() override {
    guests_ = {};
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }
  Guest& left() override { return *guests_[0]; }
  Guest& right() override { return *guests_[1]; }

 protected:
  void boot(std::array<GuestSpec, 2> specs) {
    for (std::size_t side = 0; side < 2; ++side) {
      guests_[side] = std::make_unique<Guest>(host_, specs[side], directory_ / specs[side].name);
      guests_[side]->start();
    }
    for (const auto& guest : guests_) {
      guest->wait_until_ready();
    }
  }
  // Their NICs are UDP sockets at these ports, which send to those.
  void boot_with_sockets(std::array<std::uint16_t, 2> ports, std::array<std::uint16_t, 2> peers) {
    std::array specs{spec_of(0), spec_of(1)};
    for (std::size_t side = 0; side < 2; ++side) {
      specs[side].vnics = {
          {.cable = uml::L2tpv3Cable{.local_port = ports[side], .remote_port = peers[side]},
           .mac = mac_of(side),
           .mtu = 1500,
           .addresses = {{address_of(side), 24}}}};
    }
    boot(specs);
  }
  // Their NICs are the kernel's device "eth0=" with these words; MAC stands for the address.
  void boot_with_device(const std::string& words) {
    std::array specs{spec_of(0), spec_of(1)};
    for (std::size_t side = 0; side < 2; ++side) {
      std::string device = "eth0=" + words;
      device.replace(device.find("MAC"), 3, to_string(mac_of(side)));
      specs[side].kernel_arguments = {device};
    }
    boot(specs);
    for (std::size_t side = 0; side < 2; ++side) {
      const std::string address = to_string(address_of(side)) + "/24";
      require_success(*guests_[side], {"ip", "address", "add", address, "dev", "eth0"});
      require_success(*guests_[side], {"ip", "link", "set", "eth0", "mtu", "1500", "up"});
    }
  }
  static std::array<std::uint16_t, 2> free_ports() {
    const std::array sockets{DatagramSocket{{GuestRelay::kAddress, 0}},
                             DatagramSocket{{GuestRelay::kAddress, 0}}};
    return {sockets[0].local().port, sockets[1].local().port};
  }
  const fs::path& directory() const { return directory_; }

 private:
  static void require_success(Guest& guest, const std::vector<std::string>& command) {
    if (const uml::GuestOutcome outcome = guest.run(command); outcome.status.code() != 0) {
      throw std::runtime_error(fmt::format("`{}` in a guest: {}", fmt::join(command, " "),
                                           outcome.error + outcome.output));
    }
  }

  fs::path directory_;
  uml::GuestHost host_;
  std::array<std::unique_ptr<Guest>, 2> guests_;
};

class BackToBack final : public PlainPair {
 public:
  explicit BackToBack(const fs::path& directory) : PlainPair(directory) {
    const auto ports = free_ports();
    boot_with_sockets(ports, {ports[1], ports[0]});
  }
};

class Relayed final : public PlainPair {
 public:
  explicit Relayed(const fs::path& directory) : PlainPair(directory) {
    const auto ports = free_ports();
    relay_ = std::make_unique<GuestRelay>(ports);
    boot_with_sockets(ports, {relay_->port(0), relay_->port(1)});
  }

 private:
  std::unique_ptr<GuestRelay> relay_;
};

class UmlSwitch final : public PlainPair {
 public:
  explicit UmlSwitch(const fs::path& directory) : PlainPair(directory) {
    fs::create_directories(directory);
    const fs::path socket = directory / "switch";
    switch_ = std::make_unique<Companion>(
        std::vector<std::string>{"uml_switch", "-unix", socket.string()}, socket);
    boot_with_device("daemon,MAC,unix," + socket.string());
  }

 private:
  std::unique_ptr<Companion> switch_;
};

class VdeSwitch final : public PlainPair {
 public:
  explicit VdeSwitch(const fs::path& directory) : PlainPair(directory) {
    fs::create_directories(directory);
    const fs::path socket = directory / "switch";
    switch_ = std::make_unique<Companion>(
        std::vector<std::string>{"vde_switch", "-sock", socket.string()}, socket / "ctl");
    boot_with_device("vde," + socket.string() + ",MAC");
  }

 private:
  std::unique_ptr<Companion> switch_;
};

// What `violin up` makes of a scenario: the same network, stations and thread, but in this process.
class Live final : public GuestPair {
 public:
  Live(const fs::path& directory, const std::string& left_host, const std::string& right_host)
      : directory_(directory),
        journal_((fs::create_directories(directory), directory / "journal.db")),
        live_(scenario_of(left_host, right_host), {}) {
    live_.go_live();
    live_.run();
    StationOptions options;
    options.kernel = guest_kernel();
    options.memory = kMemory;
    stations_.emplace(live_, journal_, directory / "guests", options);
    stations_->reconcile([](const std::string&) {});
  }
  ~Live() override {
    stations_.reset();
    live_.stop();
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }
  Guest& left() override { return stations_->guest(kSides[0]); }
  Guest& right() override { return stations_->guest(kSides[1]); }

 private:
  static scenario::LoadedScenario scenario_of(const std::string& left, const std::string& right) {
    const std::string text = fmt::format(R"(
name: pair
duration: 10s
substrate: {{pairs: {{default_rtt: 10ms}}, hosts: [{{name: h1}}, {{name: h2}}, {{name: h3}}]}}
violins:
  - name: v
    vswitches: [{{name: s, host: h2}}]
    vhosts:
      - {{name: left, host: {}, nics: [{{address: 10.0.0.1/24, to: s}}]}}
      - {{name: right, host: {}, nics: [{{address: 10.0.0.2/24, to: s}}]}}
)",
                                         left, right);
    return scenario::parse_scenario(text, scenario::InputFormat::kYaml, "pair.yaml", "/");
  }

  fs::path directory_;
  Journal journal_;
  LiveNetwork live_;
  std::optional<Stations> stations_;
};

template <typename Pair>
std::unique_ptr<GuestPair> make(const fs::path& directory) {
  return std::make_unique<Pair>(directory);
}

}  // namespace

fs::path guest_kernel() {
  const char* named = std::getenv("VIOLIN_GUEST_KERNEL");
  return named != nullptr ? fs::path(named) : GuestSpec{}.kernel;
}

double GuestPair::tcp() {
  const auto server = right().exec({{"iperf3", "-s", "-1"}, {}, {}, std::nullopt});
  nlohmann::json report;
  for (int attempt = 0; attempt < 20; ++attempt) {
    report = nlohmann::json::parse(
        left().run({"iperf3", "-c", to_string(address_of(1)), "-t", "3", "-J"}).output);
    if (!report.contains("error")) {
      return report.at("end").at("sum_received").at("bits_per_second").get<double>();
    }
    std::this_thread::sleep_for(50ms);  // the server is not there yet
  }
  throw std::runtime_error("iperf3 in a guest: " + report["error"].get<std::string>());
}

const std::vector<GuestPairKind>& guest_pair_kinds() {
  static const std::vector<GuestPairKind> kKinds = {
      {"back_to_back", "", "", make<BackToBack>},
      {"relay", "", "", make<Relayed>},
      {"uml_switch", "uml_switch", "uml-utilities", make<UmlSwitch>},
      {"vde_switch", "vde_switch", "vde2", make<VdeSwitch>},
      {"violin", "", "",
       [](const fs::path& directory) { return std::make_unique<Live>(directory, "h2", "h2"); }},
      {"violin_tunnels", "", "",
       [](const fs::path& directory) { return std::make_unique<Live>(directory, "h1", "h3"); }},
  };
  return kKinds;
}

}  // namespace violin::bench
