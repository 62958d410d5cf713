// A virtual network of a scenario as it stands at one moment: who there is, what is plugged into
// what, and who has which address. Changes are checked as they are made, so the initial network and
// every event of the timeline meet the same rules.
//
// Groups are never expanded: their members' names and addresses are computed.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/address.h"
#include "scenarios/load/names.h"
#include "scenarios/validate/hosts.h"
#include "scenarios/validate/report.h"

namespace violin::scenario {

enum class Kind : std::uint8_t { kVHost, kVSwitch, kVRouter };
std::string_view to_string(Kind kind);  // "vHost", ...

struct EntityState;

struct NicState {
  std::string name;
  std::string path;
  std::optional<Ipv4Interface> address;
  std::string mac;
  EntityState* peer = nullptr;  // the other end of its cable
  std::string peer_nic;         // empty at a vSwitch
  bool has_to = false;          // was meant to have a cable
};

struct EntityState {
  Kind kind;
  std::string name;
  std::string path;
  std::string host;
  std::vector<NicState> nics;
  std::string gateway;
  std::vector<Route> routes;
  std::vector<Ipv4Prefix> subnets;   // declared by a vSwitch
  std::vector<EntityState*> trunks;  // of a vSwitch: to these others

  NicState* find_nic(std::string_view nic);
};

struct GroupState {
  const VHostGroup* message;
  std::string path;
};

// vSwitches joined by trunks and what is plugged into them, or the two ends of a cable.
struct Lan {
  std::vector<EntityState*> vswitches;
  std::vector<std::pair<EntityState*, NicState*>> nics;
};

class NetworkState {
 public:
  NetworkState(int index, const Violin& message, const Hosts& hosts, Report& report)
      : message_(message), index_(index), hosts_(hosts), report_(report) {}

  const std::string& name() const { return message_.name(); }
  const Violin& message() const { return message_; }
  int index() const { return index_; }
  const std::map<std::string, std::unique_ptr<EntityState>, std::less<>>& entities() const {
    return entities_;
  }
  const std::map<std::string, GroupState, std::less<>>& groups() const { return groups_; }

  // Check the name, the host and each vNIC by itself; nothing is cabled yet. nullptr if the name is
  // taken.
  EntityState* add(const VSwitch& vswitch, const std::string& path);
  EntityState* add(const VRouter& vrouter, const std::string& path);
  EntityState* add(const VHost& vhost, const std::string& path);
  void add(const VHostGroup& group, const std::string& path);
  void add(const Trunk& trunk, const std::string& path);
  void remove(const std::string& entity);

  void add_nic(EntityState& entity, const Nic& nic, const std::string& path);
  void remove_nic(EntityState& entity, std::string_view nic);
  // Plugs the vNIC's cable into what `to` says; empty is nothing. `path` is that of `to`.
  void connect(EntityState& entity, NicState& nic, const std::string& to, const std::string& path);
  // Plugs in those of the entity's vNICs that the message gives a `to`.
  template <typename Message>
  void connect_all(EntityState& entity, const Message& message, const std::string& path) {
    for (int i = 0; i < message.nics_size(); ++i) {
      if (NicState* nic = entity.find_nic(nic_name(message.nics(i), i))) {
        connect(entity, *nic, message.nics(i).to(), item(path, "nics", i) + ".to");
      }
    }
  }
  static void disconnect(NicState& nic);
  void readdress(EntityState& entity, NicState& nic, const std::string& address,
                 const std::string& path);

  EntityState* find(std::string_view entity) const;
  const GroupState* group_of_member(std::string_view member) const;  // nullptr if it was removed
  bool was_group_member(std::string_view member) const;
  bool is_group_lan(std::string_view vswitch) const;
  // From now on, cables may lead to groups' own vSwitches: these are made last.
  void begin_run() { running_ = true; }
  // Every name there is, for did-you-mean; not of members.
  std::vector<std::string> names() const;
  // The entity that has this address in the VIOLIN; nullptr if none, or a group's.
  EntityState* owner_of(Ipv4Address address) const;
  std::vector<Lan> lans() const;

 private:
  EntityState* add_entity(Kind kind, const std::string& name, const std::string& host,
                          const std::string& path);
  template <typename Message>
  EntityState* add_with_nics(Kind kind, const Message& message, const std::string& path);
  bool check_name_is_free(const std::string& name, const std::string& path);
  void report_not_there(Kind kind, const std::string& wanted, const std::string& path);
  void check_group_names(const VHostGroup& group, const std::string& path);
  void check_group_addresses(const VHostGroup& group, const std::string& path);
  void check_group_place(const VHostGroup& group, const std::string& path);
  void take_address(const EntityState& entity, NicState& nic, const std::string& path);
  void take_mac(const EntityState& entity, const NicState& nic, const std::string& path);
  EntityState* resolve_peer(const EntityState& entity, const std::string& to,
                            const std::string& path, std::string& peer_nic);
  static bool joined(const EntityState& a, const EntityState& b);

  struct Owner {
    EntityState* entity;
    std::string nic;
  };

  const Violin& message_;
  int index_;
  const Hosts& hosts_;
  Report& report_;
  std::map<std::string, std::unique_ptr<EntityState>, std::less<>> entities_;
  std::map<std::string, GroupState, std::less<>> groups_;
  bool running_ = false;
  std::set<std::string, std::less<>> removed_members_;  // of groups
  std::map<Ipv4Address, Owner> addresses_;
  std::map<std::string, std::string> macs_;  // to "vHost1.eth0"
};

}  // namespace violin::scenario
