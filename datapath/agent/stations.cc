#include "datapath/agent/stations.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <random>
#include <set>
#include <stdexcept>

#include "datapath/agent/guest_losses.h"
#include "datapath/agent/tunnel_underlay.h"
#include "datapath/tunnel/l2tpv3.h"
#include "datapath/udp/datagram_socket.h"

namespace violin {

struct Stations::WantedNic {
  std::string name;
  PortIndex port;
  uml::VNic vnic;
  std::optional<Cable> cable;  // once connected
};

struct Stations::Wanted {
  std::string name;
  HostId host;
  bool forwards;
  std::vector<WantedNic> nics;
  std::vector<uml::GuestRoute> routes;
};

namespace {

std::uint64_t random_cookie() {
  static std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

// Ports for guests' sockets that nobody else has, all different while this lives.
class FreePorts {
 public:
  std::uint16_t next(Ipv4Address address) {
    return held_.emplace_back(UdpAddress{address, 0}).local().port;
  }

 private:
  std::vector<DatagramSocket> held_;
};

std::vector<uml::GuestRoute> routes_of(const Node& node) {
  std::vector<uml::GuestRoute> routes;
  if (node.kind == EntityKind::kVHost) {
    for (const HostRoute& route : node.vhost().routes()) {
      if (route.gateway) {
        routes.push_back({route.prefix, *route.gateway});
      }
    }
    return routes;
  }
  for (const Route& route : node.vrouter().routes().routes()) {
    if (route.via.gateway) {
      routes.push_back({route.prefix, *route.via.gateway});
    }
  }
  return routes;
}

}  // namespace

Stations::Stations(LiveNetwork& live, Journal& journal, std::filesystem::path folder,
                   const StationOptions& options)
    : live_(live), journal_(journal), folder_(std::move(folder)), options_(options) {}

Stations::~Stations() {
  for (auto& [name, station] : stations_) {
    remove(station);
  }
}

// What the network says of a vHost, which moves outside if it is still a model.
Stations::Wanted Stations::wanted(Node& node) {
  Wanted wanted{
      node.full_name(), std::get<HostId>(node.place), node.kind == EntityKind::kVRouter, {}, {}};
  if (!node.outside) {
    wanted.routes = routes_of(node);
    live_.flows().leave(node);
    live_.network().move_outside(node);
  }
  for (const Nic& nic : node.nics) {
    uml::VNic vnic;
    vnic.mac = nic.mac;
    vnic.mtu = nic.mtu;
    vnic.addresses = {*nic.address};
    wanted.nics.push_back({nic.name, nic.port, std::move(vnic), std::nullopt});
  }
  return wanted;
}

std::vector<Stations::Wanted> Stations::wanted() {
  std::vector<Wanted> all;
  for (const auto& violin : live_.network().networks()) {
    if (violin->lower() != nullptr) {
      continue;  // its hosts are vHosts: it stays with their models
    }
    for (const auto& node : violin->nodes()) {
      const bool carries = !live_.network().hosted_on(*node).empty();
      if (!carries && (node->kind == EntityKind::kVHost ||
                       (options_.router_guests && node->kind == EntityKind::kVRouter))) {
        all.push_back(wanted(*node));
      }
    }
  }
  return all;
}

// Gives each vNIC without a cable one, from the outlet to the guest's socket that is to be.
void Stations::connect(Wanted& wanted) {
  FreePorts ports;
  PeerSocket& socket = live_.underlay().guest_socket(wanted.host);
  const Ipv4Address address = TunnelUnderlay::address_of(wanted.host);
  Node& node = *live_.builder().find(wanted.name);
  for (WantedNic& nic : wanted.nics) {
    if (nic.cable) {
      continue;
    }
    uml::L2tpv3Cable cable;
    cable.local = cable.remote = address;
    cable.local_port = ports.next(address);
    cable.remote_port = socket.local().port;
    cable.tx_session = cable.rx_session = ++sessions_;
    cable.cookie = uml::L2tpv3Cable::Cookie::k64Bits;
    cable.tx_cookie = random_cookie();
    cable.rx_cookie = random_cookie();
    L2tpv3Options tunnel;
    tunnel.send_session = tunnel.receive_session = cable.tx_session;
    tunnel.send_cookie = cable.rx_cookie;
    tunnel.receive_cookie = cable.tx_cookie;
    PeerPort& port =
        socket.expect(wanted.name + "." + nic.name + "/guest", std::make_unique<L2tpv3>(tunnel),
                      UdpAddress{address, cable.local_port});
    nic.vnic.cable = cable;
    Outlet& outlet = node.outlet();
    nic.cable = Cable{0, nic.vnic, &port, &socket, &outlet, outlet.life(), nic.port, {}};
    port.connect(outlet.inward(nic.port), outlet.life());
    outlet.connect(nic.port, {&port, PortIndex{}});
  }
}

void Stations::reconcile(const Tell& tell) {
  std::vector<Wanted> all = live_.on_kernel([this] { return wanted(); });
  std::set<std::string> names;
  std::vector<Wanted> fresh;
  for (Wanted& wanted : all) {
    names.insert(wanted.name);
    if (const auto found = stations_.find(wanted.name); found != stations_.end()) {
      adapt(found->second, wanted);
    } else {
      fresh.push_back(std::move(wanted));
    }
  }
  for (auto station = stations_.begin(); station != stations_.end();) {
    if (names.contains(station->first)) {
      ++station;
    } else {
      remove(station->second);
      station = stations_.erase(station);
    }
  }
  boot(fresh, tell);
}

// Several boot at once, but no more than so many, since each takes the better part of a core.
void Stations::boot(std::vector<Wanted>& fresh, const Tell& tell) {
  live_.on_kernel([&] { std::ranges::for_each(fresh, [this](Wanted& w) { connect(w); }); });
  std::vector<Station*> booting;
  std::size_t ready = 0;
  const auto wait_for_one = [&] {
    booting[ready]->guest->wait_until_ready();
    ++ready;
    tell(fmt::format("{} of {} guests are up", ready, fresh.size()));
  };
  for (Wanted& wanted : fresh) {
    if (booting.size() - ready >= options_.boots_at_once) {
      wait_for_one();
    }
    uml::GuestSpec spec;
    spec.name = wanted.name.substr(wanted.name.find('/') + 1);
    spec.kernel = options_.kernel;
    spec.memory = options_.memory;
    spec.root = options_.root;
    spec.forwards = wanted.forwards;
    spec.routes = wanted.routes;
    Station station;
    station.host = wanted.host;
    for (std::size_t i = 0; i < wanted.nics.size(); ++i) {
      WantedNic& nic = wanted.nics[i];
      spec.vnics.push_back(nic.vnic);
      nic.cable->index = i;
      station.cables.emplace(nic.name, *nic.cable);
    }
    const std::filesystem::path directory = folder_ / wanted.name;
    std::filesystem::create_directories(directory.parent_path());
    station.journal_id = journal_.record("guest", directory.string());
    station.guest = std::make_unique<uml::Guest>(host_, std::move(spec), directory);
    if (on_death_) {
      station.guest->on_death([this, name = wanted.name] { on_death_(name); });
    }
    Station& kept = stations_.emplace(wanted.name, std::move(station)).first->second;
    kept.guest->start();
    booting.push_back(&kept);
  }
  while (ready < booting.size()) {
    wait_for_one();
  }
}

void Stations::start_with_its_cables(Station& station) {
  std::vector<uml::VNic> vnics;
  for (auto& [name, cable] : station.cables) {
    cable.index = vnics.size();
    cable.counted = {};
    vnics.push_back(cable.vnic);
  }
  station.guest->set_vnics(std::move(vnics));
  station.guest->start();
  station.guest->wait_until_ready();
}

void Stations::move(Station& station, Wanted& wanted) {
  count_losses(station);
  station.guest->stop();
  for (const auto& [name, cable] : station.cables) {
    end(cable);
  }
  station.cables.clear();
  live_.on_kernel([&] { connect(wanted); });
  for (const WantedNic& nic : wanted.nics) {
    station.cables.emplace(nic.name, *nic.cable);
  }
  station.host = wanted.host;
  start_with_its_cables(station);
}

// Plugs and unplugs vNICs of a guest that runs.
void Stations::adapt(Station& station, Wanted& wanted) {
  if (station.host != wanted.host) {
    move(station, wanted);
    return;
  }
  std::set<std::string> names;
  for (WantedNic& nic : wanted.nics) {
    names.insert(nic.name);
    if (const auto known = station.cables.find(nic.name); known != station.cables.end()) {
      nic.cable = known->second;
    }
  }
  for (auto cable = station.cables.begin(); cable != station.cables.end();) {
    if (names.contains(cable->first)) {
      ++cable;
      continue;
    }
    count_losses(station);
    station.guest->remove_vnic(cable->second.index);
    end(cable->second);
    cable = station.cables.erase(cable);
  }
  if (std::ranges::all_of(wanted.nics,
                          [](const WantedNic& nic) { return nic.cable.has_value(); })) {
    return;
  }
  const std::set<std::string> old = [&] {
    std::set<std::string> known;
    for (const auto& [name, cable] : station.cables) {
      known.insert(name);
    }
    return known;
  }();
  live_.on_kernel([&] { connect(wanted); });
  for (WantedNic& nic : wanted.nics) {
    if (!old.contains(nic.name)) {
      try {
        nic.cable->index = station.guest->add_vnic(nic.vnic);
      } catch (...) {
        end(*nic.cable);
        throw;
      }
      station.cables.emplace(nic.name, *nic.cable);
    }
  }
}

// Frames that come later for what it joined have nowhere to go.
void Stations::end(const Cable& cable) {
  live_.on_kernel([&] {
    if (!cable.life.expired() && cable.outlet->has_port(cable.at)) {
      cable.outlet->connect(cable.at, {});
    }
    live_.underlay().end_guest(*cable.socket, *cable.port);
  });
}

void Stations::remove(Station& station) {
  count_losses(station);
  station.guest->remove();
  for (const auto& [nic, cable] : station.cables) {
    end(cable);
  }
  journal_.strike(station.journal_id);
}

uml::Guest& Stations::guest(const std::string& reference) {
  std::vector<uml::Guest*> found;
  for (auto& [name, station] : stations_) {
    if (name == reference || name.substr(name.find('/') + 1) == reference) {
      found.push_back(station.guest.get());
    }
  }
  if (found.empty()) {
    std::string known;
    for (const auto& [name, station] : stations_) {
      known += (known.empty() ? "" : ", ") + name;
    }
    throw std::runtime_error("there is no guest '" + reference + "'" +
                             (known.empty() ? "" : "; there are " + known));
  }
  if (found.size() > 1) {
    throw std::runtime_error("several VIOLINs have a '" + reference + "': say VIOLIN/" + reference);
  }
  return *found.front();
}

void Stations::restart(const std::string& reference) {
  const uml::Guest& meant = guest(reference);
  for (auto& [name, station] : stations_) {
    if (station.guest.get() == &meant) {
      count_losses(station);
      station.guest->kill();
      start_with_its_cables(station);
    }
  }
}

void Stations::count_losses(Station& station) {
  uml::Guest& guest = *station.guest;
  const uml::GuestState state = guest.state();
  if (state != uml::GuestState::kRunning && state != uml::GuestState::kPaused) {
    return;
  }
  for (auto& [name, cable] : station.cables) {
    uml::VNicCounters now = cable.counted;
    try {
      now.socket_overruns = guest.socket_overruns(cable.index);
      if (state == uml::GuestState::kRunning) {
        now = guest.counters(cable.index);
      }
    } catch (const uml::GuestError&) {
      // It does not answer: then this host's count alone.
    }
    live_.on_kernel([&, &known = cable] {
      book_losses(known.counted, now, known.port->ledger());
      known.counted = now;
    });
  }
}

void Stations::count_losses() {
  std::vector<std::future<void>> counting;
  for (auto& [name, station] : stations_) {
    counting.push_back(
        std::async(std::launch::async, [this, &each = station] { count_losses(each); }));
  }
  for (std::future<void>& each : counting) {
    each.get();
  }
}

std::vector<StationState> Stations::states() {
  std::vector<StationState> states;
  for (auto& [name, station] : stations_) {
    uml::Guest& guest = *station.guest;
    StationState state{name, guest.state(), guest.how_it_died(), 0, {}, guest.boot_time(), true,
                       {}};
    if (state.state != uml::GuestState::kDied && state.state != uml::GuestState::kStopped) {
      state.pid = guest.session_id();
      state.memory = guest.memory();
    }
    live_.on_kernel([&] {
      for (const auto& [nic, cable] : station.cables) {
        state.heard = state.heard && cable.port->heard();
        state.books.add(cable.port->ledger());
      }
    });
    states.push_back(std::move(state));
  }
  return states;
}

void Stations::stop(Duration grace) {
  std::vector<std::future<void>> stopping;
  for (auto& [name, station] : stations_) {
    stopping.push_back(std::async(std::launch::async, [&guest = *station.guest, grace] {
      guest.stop(grace);
      guest.remove();
    }));
  }
  for (std::future<void>& each : stopping) {
    each.get();
  }
  for (auto& [name, station] : stations_) {
    remove(station);
  }
  stations_.clear();
}

}  // namespace violin
