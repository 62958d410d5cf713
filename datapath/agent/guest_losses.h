// What a guest and its sockets lost, into the books of the port that its vNIC is behind.
//
//   port --consumed--> [guest's UDP socket] --> guest's kernel --> its programs
//                       kSocketOverrun          kUnsupported
//   guest's programs --> guest's kernel --originated--> port
//                        kQueueFull
//
// A frame was `consumed` when this host's kernel took it for the guest; that it was lost after all
// is told later, by counters. Then it is dropped in place of consumed. What is lost beyond all that
// was consumed had come from strangers, and is originated and dropped. A frame that the guest made
// and dropped itself is originated and dropped.
//
// A guest's kernel tells no reasons. What it drops on receipt are frames of protocols that it does
// not speak, or bursts beyond its memory; what it drops on sending had no room in its queue.
#pragma once

#include "core/ledger.h"
#include "datapath/uml/vnic_counters.h"

namespace violin {

// What came between `before` and `now`; counters that went back count nothing.
void book_losses(const uml::VNicCounters& before, const uml::VNicCounters& now, Ledger& books);

}  // namespace violin
