// The UDP socket that a guest's kernel opened for a vNIC, seen from the process that started the
// guest: what it lost, and how much it holds.
//
// The guest's driver opens it when the interface goes up and takes the system's default size
// (net.core.rmem_default), which a burst for a guest that waits for a processor overflows. The
// owner borrows the guest's descriptor (pidfd_getfd(2), Linux 5.6, allowed to who may trace the
// guest, as its parent may) and asks for more, as DatagramSocket does for its own. An interface
// that goes down inside the guest and up again has a socket with the default size.
#pragma once

#include <cstdint>
#include <optional>

#include "core/address.h"
#include "core/quantity.h"
#include "datapath/reactor/file_descriptor.h"
#include "datapath/uml/session.h"
#include "datapath/uml/vnic_counters.h"

namespace violin::uml {

class VNicSocket {
 public:
  // Nothing if no socket is bound there. The session outlives it.
  static std::optional<VNicSocket> find(const Session& session, Ipv4Address address,
                                        std::uint16_t port);

  // Datagrams lost in its full buffer.
  std::uint64_t drops() const { return row_.drops; }
  // As the system counts: datagrams with its own overhead. Nothing if it cannot be borrowed.
  std::optional<Bytes> receive_buffer() const;
  // Beyond net.core.rmem_max only with CAP_NET_ADMIN; less is never set. What was granted.
  std::optional<Bytes> ask_receive_buffer(Bytes size) const;

 private:
  VNicSocket(const Session& session, const UdpSocketRow& row) : session_(session), row_(row) {}
  FileDescriptor borrow() const;

  const Session& session_;
  UdpSocketRow row_;
};

}  // namespace violin::uml
