#include "models/app/app.h"

#include <algorithm>

namespace violin {

FlowReport join(const FlowReport& source, const FlowReport& sink) {
  FlowReport flow = sink;
  flow.sent = source.sent;
  flow.lost = source.sent - std::min(source.sent, sink.received);
  return flow;
}

}  // namespace violin
