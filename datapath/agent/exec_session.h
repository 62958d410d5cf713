// A command in a guest for a user at a terminal (or a script): what the guest says goes to the
// user's own descriptors, what those bring goes to the command.
#pragma once

#include "datapath/agent/control_channel.h"
#include "datapath/uml/guest.h"

namespace violin {

struct ExecStreams {
  FileDescriptor input;
  FileDescriptor output;
  FileDescriptor error;
};

// Runs until the command ends: its exit code as a shell tells it. The user may send on the channel
// {"resize": [rows, columns]} and {"signal": number}; if the user goes, the command is killed and
// the code is 130. Throws uml::GuestError if the guest goes.
int run_in_guest(uml::Guest& guest, const uml::ExecRequest& request, ExecStreams streams,
                 ControlChannel& user);

}  // namespace violin
