// A reply of a guest's management console: what is taken lies within what came.
#include <span>

#include "core/require.h"
#include "datapath/uml/mconsole_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto datagram = std::as_bytes(std::span(data, size));
  const auto reply = violin::uml::parse_mconsole_reply(datagram);
  if (!reply) {
    return 0;
  }
  violin::require(size >= 12 && reply->text.size() <= size - 12, "a text lies in its datagram");
  violin::require(reply->text.size() <= violin::uml::kMconsoleText, "a text is of bounded size");
  violin::require(reply->text.empty() || std::string_view(reinterpret_cast<const char*>(data) + 12,
                                                          reply->text.size()) == reply->text,
                  "a text is what came");
  return 0;
}
