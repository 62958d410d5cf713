// Which of the figures of a ping summary counts as the RTT.
#pragma once

namespace violin {

enum class PingStatistic { kMin, kAvg, kMax };

}  // namespace violin
