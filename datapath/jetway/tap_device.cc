#include "datapath/jetway/tap_device.h"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "datapath/jetway/jetway_error.h"
#include "datapath/jetway/network_namespace.h"
#include "datapath/jetway/segmentation.h"

namespace violin {

namespace {

constexpr std::size_t kLargestFrame = 65'535 + wire::EthernetHeader::kTaggedSize;
// Smaller ones are copied out of the room for the largest, which stays.
constexpr std::size_t kWorthCopying = 9216;
constexpr char kTun[] = "/dev/net/tun";

// virtio 1.2 section 5.1.6 in its legacy form: the machine's byte order. (linux/virtio_net.h is not
// C++.)
struct VirtioHeader {
  std::uint8_t flags;
  std::uint8_t gso_type;
  std::uint16_t hdr_len;
  std::uint16_t gso_size;
  std::uint16_t csum_start;
  std::uint16_t csum_offset;
};
static_assert(sizeof(VirtioHeader) == 10);
constexpr std::uint8_t kNeedsChecksum = 1;
constexpr std::uint8_t kNotCut = 0;
constexpr std::uint8_t kCutTcp4 = 1;
constexpr std::uint8_t kCutTcp6 = 4;
constexpr std::uint8_t kCutWithCwr = 0x80;

std::string remedy_for(int error) {
  switch (error) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
      return "load it with `modprobe tun`, or use a user-mode jetway, which needs no device";
    case EACCES:
    case EPERM:
      return "a TAP jetway needs CAP_NET_ADMIN: run as root, grant it with `setcap "
             "cap_net_admin+ep` "
             "on this program, or use a user-mode jetway, which needs no privilege";
    case EBUSY:
    case EEXIST:
      return "a device of this name exists: choose another name, or remove what is left of an "
             "earlier run with `violin down`";
    default:
      return "see `ip -d link` for the devices that there are";
  }
}

[[noreturn]] void fail(const std::string& attempt, int error) {
  throw JetwayError(attempt, std::generic_category().message(error), remedy_for(error));
}

// Whether the bytes from `start` on are the transport header that find_transport() finds.
bool is_transport(std::span<const std::uint8_t> frame, std::size_t start, std::size_t offset) {
  const auto place = find_transport(frame);
  return place && place->transport == start && place->checksum_offset() == offset;
}

// What the header says of a frame that came; a checksum that only it knows of is completed.
void read_header(const VirtioHeader& header, Frame& frame) {
  FrameOffload offload;
  if (header.gso_type != kNotCut) {
    offload = {.segment_size = header.gso_size, .checksum_pending = true};
  } else if ((header.flags & kNeedsChecksum) != 0) {
    offload.checksum_pending = is_transport(frame.bytes(), header.csum_start, header.csum_offset);
    if (!offload.checksum_pending) {
      complete_checksum_at(frame.writable(), header.csum_start, header.csum_offset);
    }
  }
  frame.set_offload(offload);
}

std::uint8_t segmentation_type(const TransportPlace& place, std::span<const std::uint8_t> frame) {
  const bool reduced = (frame[place.transport + 13] & 0x80) != 0;  // CWR: not on every segment
  return static_cast<std::uint8_t>((place.type == wire::EtherType::kIpv4 ? kCutTcp4 : kCutTcp6) |
                                   (reduced ? kCutWithCwr : 0));
}

wire::Parsed<VirtioHeader> header_for(const Frame& frame) {
  VirtioHeader header{};
  const FrameOffload offload = frame.offload();
  if (offload == FrameOffload{}) {
    return header;
  }
  const auto bytes = frame.bytes();
  const auto place = find_transport(bytes);
  if (!place) {
    return place.reason();
  }
  header.flags = kNeedsChecksum;
  header.csum_start = static_cast<std::uint16_t>(place->transport);
  header.csum_offset = static_cast<std::uint16_t>(place->checksum_offset());
  if (offload.segment_size != 0) {
    if (place->protocol != wire::IpProtocol::kTcp) {
      return Drop::kUnsupported;
    }
    header.gso_type = segmentation_type(*place, bytes);
    header.gso_size = offload.segment_size;
    header.hdr_len = static_cast<std::uint16_t>(place->transport +
                                                std::size_t{bytes[place->transport + 12]} / 16 * 4);
  }
  return header;
}

Drop reason_for(int error) {
  switch (error) {
    case EIO:  // the device is not up
      return Drop::kLinkDown;
    case EINVAL:
      return Drop::kBadFrame;
    default:
      return Drop::kSocketFull;
  }
}

iovec piece(const void* begin, std::size_t size) {
  return {.iov_base = const_cast<void*>(begin), .iov_len = size};
}

}  // namespace

JetwayResources resources_of(const TapOptions& options) {
  JetwayResources resources{options.owner, options.network_namespace, {}};
  if (options.bridge) {
    resources.devices.push_back(*options.bridge);
  }
  resources.devices.push_back(options.device);
  return resources;
}

TapDevice::TapDevice(TapOptions options, FramePool& pool)
    : options_(std::move(options)),
      pool_(pool),
      links_(options_.network_namespace),
      room_(pool.make(kLargestFrame)) {
  if (options_.device.empty() || options_.device.size() > kMostDeviceName ||
      (options_.bridge && options_.bridge->size() > kMostDeviceName)) {
    throw JetwayError("cannot make the TAP device \"" + options_.device + "\"",
                      "the names of devices have 1 to 15 bytes", "choose a shorter one");
  }
  try {
    make();
  } catch (...) {
    device_.reset();
    leave_bridge();
    throw;
  }
}

TapDevice::~TapDevice() {
  device_.reset();
  leave_bridge();
}

void TapDevice::make() {
  make_device();
  try {
    const auto device = links_.find(options_.device);
    if (!device) {
      throw_errno("cannot find the TAP device " + options_.device);
    }
    links_.set_alias(*device, ownership_mark(options_.owner));
    links_.set_mtu(*device, options_.mtu);
    const LinkState host_end = options_.bridge ? join_bridge(*device) : *device;
    if (options_.address) {
      links_.add_address(host_end, *options_.address);
    }
    links_.set_up(*device);
  } catch (const std::system_error& error) {
    throw JetwayError(std::string(error.what()) + "; " + remedy_for(error.code().value()));
  }
}

// With IFF_TUN_EXCL, so that it is never somebody else's persistent device.
void TapDevice::make_device() {
  const std::string attempt = "cannot make the TAP device " + options_.device;
  const NamespaceVisit visit(options_.network_namespace);
  device_ = FileDescriptor(::open(kTun, O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!device_) {
    fail(attempt + " through " + kTun, errno);
  }
  ifreq request{};
  std::ranges::copy(options_.device, request.ifr_name);
  request.ifr_flags = static_cast<short>(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_TUN_EXCL);
  if (::ioctl(device_.get(), TUNSETIFF, &request) != 0) {
    fail(attempt, errno);
  }
  const unsigned long offloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
  if (::ioctl(device_.get(), TUNSETOFFLOAD, offloads) != 0) {
    fail(attempt + " with offloads", errno);
  }
}

// Returns the device that is to have the host's address.
LinkState TapDevice::join_bridge(const LinkState& device) {
  auto bridge = links_.find(*options_.bridge);
  if (!bridge) {
    links_.make_bridge(*options_.bridge, ownership_mac(options_.owner));
    bridge = links_.find(*options_.bridge);
    links_.set_alias(bridge.value(), ownership_mark(options_.owner));
    links_.set_up(*bridge);
  } else if (options_.address) {
    throw JetwayError("cannot give the bridge " + *options_.bridge + " the address " +
                          to_string(*options_.address),
                      "it was there before", "leave the address out, or name a new bridge");
  }
  links_.join(device, *bridge);
  return *bridge;
}

// The last port takes the bridge with it, if it was made for this owner.
void TapDevice::leave_bridge() noexcept {
  if (!options_.bridge) {
    return;
  }
  try {
    const auto bridge = links_.find(*options_.bridge);
    if (bridge && belongs_to(*bridge, options_.owner) && links_.ports(*bridge).empty()) {
      links_.remove(*bridge);
    }
  } catch (const std::system_error&) {
    // It stays, under the name that was recorded.
  }
}

std::optional<Drop> TapDevice::send(const Frame& frame) {
  static constexpr std::array<std::uint8_t, 65'536> kZeros{};
  const auto header = header_for(frame);
  if (!header) {
    return header.reason();
  }
  if (frame.elided() > kZeros.size()) {
    return Drop::kOversize;
  }
  const std::array<iovec, 3> pieces = {piece(&*header, sizeof *header),
                                       piece(frame.bytes().data(), frame.bytes().size()),
                                       piece(kZeros.data(), frame.elided())};
  if (::writev(device_.get(), pieces.data(), frame.elided() == 0 ? 2 : 3) < 0) {
    return reason_for(errno);
  }
  return std::nullopt;
}

std::span<Frame> TapDevice::read() {
  arrived_.clear();
  while (arrived_.size() < kBurst && read_one()) {
  }
  return arrived_;
}

bool TapDevice::read_one() {
  VirtioHeader header{};
  const auto room = room_.writable();
  const std::array<iovec, 2> pieces = {piece(&header, sizeof header),
                                       piece(room.data(), room.size())};
  const ssize_t size = ::readv(device_.get(), pieces.data(), pieces.size());
  if (size <= static_cast<ssize_t>(sizeof header)) {
    gone_ = size < 0 && errno != EAGAIN && errno != EINTR;
    return false;
  }
  Frame frame = take_bytes(static_cast<std::size_t>(size) - sizeof header);
  read_header(header, frame);
  arrived_.push_back(std::move(frame));
  return true;
}

Frame TapDevice::take_bytes(std::size_t size) {
  if (size <= kWorthCopying) {
    return pool_.copy_of(room_.bytes().first(size));
  }
  room_.truncate(size);
  return std::exchange(room_, pool_.make(kLargestFrame));
}

std::uint64_t TapDevice::lost() {
  const auto device = links_.find(options_.device);
  return device ? device->tx_dropped : 0;
}

}  // namespace violin
