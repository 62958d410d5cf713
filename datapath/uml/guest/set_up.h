// What the host asks of a guest's system, one wish a line, words separated by tabs:
//
//   root host [MODULES] | root memory | root disk DEVICE      once, first
//   modules HOST_DIRECTORY                                    as /lib/modules
//   share HOST_DIRECTORY DIRECTORY ro|rw                      hostfs
//   hostname NAME                                             also in /etc/hostname and /etc/hosts
//   sysctl NAME VALUE                                         dots or slashes
//   link NAME up|down [MTU]
//   address LINK ADDRESS/LENGTH | no-address LINK ADDRESS/LENGTH
//   route DESTINATION/LENGTH GATEWAY | no-route DESTINATION/LENGTH
#pragma once

#include <string>
#include <string_view>

namespace violin::uml {

// Does line after line; the first that fails ends it (std::runtime_error).
void set_up(std::string_view lines);

}  // namespace violin::uml
