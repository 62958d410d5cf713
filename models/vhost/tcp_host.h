// TCP on a VHost: installed when it is first asked for, so that an idle host does not pay for it.
#pragma once

#include "models/vhost/tcp_stack.h"

namespace violin {

class VHost;

// The host's TCP, made now with `config` if there is none yet; it belongs to the host.
TcpStack& tcp_of(VHost& host, const TcpConfig& config = {});

}  // namespace violin
