// What the fuzz targets of the substrate's loaders share: any text is either loaded or refused by a
// LoadError that tells of at least one problem and of no more than it promises.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "core/require.h"
#include "models/substrate/load_error.h"
#include "models/substrate/substrate.h"

namespace violin::fuzz {

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Two files in one input: what is before and after the first line "====".
inline std::pair<std::string_view, std::string_view> two_texts(std::string_view input) {
  constexpr std::string_view kBetween = "\n====\n";
  const std::size_t at = input.find(kBetween);
  return at == std::string_view::npos
             ? std::pair(input, std::string_view())
             : std::pair(input.substr(0, at + 1), input.substr(at + kBetween.size()));
}

template <typename Load>
int load_or_refuse(Load load) {
  try {
    load();
  } catch (const LoadError& error) {
    require(!error.problems().empty() && error.problems().size() <= LoadProblems::kMost,
            "a load fails for at least one reason and tells of twenty at most");
  }
  return 0;
}

// Asks for everything between the first few hosts.
inline void use(const Substrate& substrate) {
  const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(substrate.size(), 8));
  for (std::uint32_t from = 0; from < count; ++from) {
    for (std::uint32_t to = 0; to < count; ++to) {
      const auto delay = substrate.delay(HostId{from}, HostId{to});
      require(!delay || *delay >= Duration{0}, "a delay is not negative");
      const double loss = substrate.loss(HostId{from}, HostId{to});
      require(loss >= 0 && loss <= 1, "a loss is a probability");
      require(delay || substrate.path(HostId{from}, HostId{to}).empty(), "no path without a way");
    }
  }
}

inline void use(RouterGraph graph) {
  auto hosts = host_per_router(graph);
  auto attachments = attachment_per_router(graph);
  use(Substrate(std::move(hosts), RoutedPaths(std::move(graph), std::move(attachments))));
}

}  // namespace violin::fuzz
