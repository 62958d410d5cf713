// The guests of a live network: every vHost is one (and, if asked for, every vRouter), behind its
// outlet, one L2TPv3 tunnel for each vNIC.
//
//   network's outlet <--> PeerPort at the overlay host's socket <==UDP==> guest's vec0
//
// reconcile() makes guests be what the network says: it boots those that there are not yet,
// switches off those whose vHost is gone, plugs and unplugs vNICs. A vHost that moved
// to another overlay host is switched off and boots there, with its disk and its addresses. It is
// called after each change, from a control thread, and blocks until guests are ready.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "datapath/agent/journal.h"
#include "datapath/agent/live_network.h"
#include "datapath/tunnel/peer_socket.h"
#include "datapath/uml/guest.h"
#include "datapath/uml/guest_host.h"

namespace violin {

struct StationOptions {
  std::filesystem::path kernel = "/usr/bin/linux.uml";
  Bytes memory{64 << 20};
  std::variant<uml::HostRoot, uml::BusyboxRoot, uml::DiskRoot> root;
  bool router_guests = false;  // vRouters are guests that forward, too
  std::size_t boots_at_once = 8;
};

struct StationState {
  std::string name;  // "violin1/vHost1"
  uml::GuestState state;
  std::string died_of;  // if it has
  pid_t pid = 0;        // of its kernel
  Bytes memory{};
  std::optional<Duration> boot_time;
  bool heard = false;  // every vNIC's first frame has come
  Ledger books;        // of its vNICs' ports, with what it lost as far as that was counted
};

class Stations {
 public:
  using Tell = std::function<void(const std::string&)>;  // progress, for people

  // All of it outlives this. Guests' directories are in `folder`.
  Stations(LiveNetwork& live, Journal& journal, std::filesystem::path folder,
           const StationOptions& options);
  Stations(const Stations&) = delete;
  Stations& operator=(const Stations&) = delete;
  // Ends all guests.
  ~Stations();

  // Throws uml::GuestError and others of Guest::start() and wait_until_ready(); what is up stays
  // up.
  void reconcile(const Tell& tell);
  // The guest of that vHost, "vHost1" or "violin1/vHost1" (std::runtime_error if there is none, or
  // several).
  uml::Guest& guest(const std::string& reference);
  void restart(const std::string& reference);
  std::vector<StationState> states();
  // Brings what guests and their sockets lost into the books of the network (guest_losses.h). It
  // is done also before a guest is switched off or a vNIC unplugged; what one that died lost since
  // the last count is not known. Blocks until each guest that runs has told.
  void count_losses();
  // Is told, on another thread, of guests that die; before the first reconcile().
  void on_death(std::function<void(const std::string& name)> notice) {
    on_death_ = std::move(notice);
  }
  // All at once, in order, each killed if it does not end within `grace`.
  void stop(Duration grace);

 private:
  struct Cable {
    std::size_t index;  // of the guest's vNIC
    uml::VNic vnic;
    PeerPort* port;  // the kernel's
    PeerSocket* socket;
    Outlet* outlet;  // as long as its life
    std::weak_ptr<const void> life;
    PortIndex at;               // of the outlet
    uml::VNicCounters counted;  // what of the guest's counters is in the books
  };
  struct Station {
    std::unique_ptr<uml::Guest> guest;
    HostId host;
    std::int64_t journal_id;
    std::map<std::string, Cable> cables;  // by the vNIC's name
  };
  struct Wanted;  // what the network says of one guest
  struct WantedNic;

  std::vector<Wanted> wanted();
  Wanted wanted(Node& node);
  void connect(Wanted& wanted);
  void boot(std::vector<Wanted>& fresh, const Tell& tell);
  void adapt(Station& station, Wanted& wanted);
  void move(Station& station, Wanted& wanted);
  void start_with_its_cables(Station& station);
  void remove(Station& station);
  void count_losses(Station& station);
  void end(const Cable& cable);

  LiveNetwork& live_;
  Journal& journal_;
  std::filesystem::path folder_;
  StationOptions options_;
  uml::GuestHost host_;
  std::uint32_t sessions_ = 0;
  std::map<std::string, Station> stations_;  // by full name
  std::function<void(const std::string&)> on_death_;
};

}  // namespace violin
