#include "models/vhost/tcp_slow_start.h"

#include "models/vhost/tcp_hystart.h"
#include "models/vhost/tcp_hystart_plus_plus.h"

namespace violin {

std::unique_ptr<TcpSlowStartExit> make_slow_start_exit(const TcpConfig& config) {
  switch (config.slow_start) {
    case TcpSlowStart::kLinux:
      if (config.congestion == TcpCongestion::kCubic) {
        return std::make_unique<TcpHystart>();
      }
      break;
    case TcpSlowStart::kHystartPlusPlus:
      return std::make_unique<TcpHystartPlusPlus>();
    case TcpSlowStart::kStandard:
      break;
  }
  return nullptr;
}

}  // namespace violin
