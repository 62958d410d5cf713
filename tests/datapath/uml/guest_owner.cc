// Starts a guest in a directory, says "ready", and waits to be killed: what a crashed owner leaves
// is then to be seen.
#include <unistd.h>

#include <cstdio>

#include "datapath/uml/guest.h"
#include "datapath/uml/guest_host.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    return 2;
  }
  violin::uml::GuestSpec spec;
  spec.name = "vHost1";
  violin::uml::GuestHost host;
  violin::uml::Guest guest(host, spec, argv[1]);
  guest.start();
  std::puts("started");
  std::fflush(stdout);
  guest.wait_until_ready();
  std::puts("ready");
  std::fflush(stdout);
  for (;;) {
    ::pause();
  }
}
