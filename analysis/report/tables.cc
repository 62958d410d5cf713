#include "analysis/report/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "analysis/report/json.h"

namespace violin {

namespace {

// A number with its unit, if any, or the dash of none.
bool is_number(const std::string& cell) {
  constexpr std::array<std::string_view, 11> kUnits = {
      "", " s", " ms", " us", " ns", " %", " bit/s", " kbit/s", " Mbit/s", " Gbit/s", " MB"};
  const std::size_t end = cell.find_first_not_of("0123456789.+e-");
  const std::string_view unit =
      end == std::string::npos ? std::string_view() : std::string_view(cell).substr(end);
  return cell == "-" || (end != 0 && std::ranges::find(kUnits, unit) != kUnits.end());
}

struct Scale {
  double factor;
  const char* unit;
};

template <std::size_t N>
std::string scaled(double value, const std::array<Scale, N>& scales) {
  for (const Scale& scale : scales) {
    if (value >= scale.factor) {
      return fmt::format("{:.3g} {}", value / scale.factor, scale.unit);
    }
  }
  return "0";
}

std::string seconds(std::optional<double> value) {
  constexpr std::array kScales = {Scale{1, "s"}, Scale{1e-3, "ms"}, Scale{1e-6, "us"},
                                  Scale{1e-9, "ns"}};
  return value ? scaled(*value, kScales) : "-";
}

std::string rate(double bps) {
  constexpr std::array kScales = {Scale{1e9, "Gbit/s"}, Scale{1e6, "Mbit/s"}, Scale{1e3, "kbit/s"},
                                  Scale{1e-3, "bit/s"}};
  return bps > 0 ? scaled(bps, kScales) : "-";
}

std::string percent(double share) { return fmt::format("{:.1f} %", share * 100); }

std::string reasons(const std::vector<DropCount>& drops) {
  std::string text;
  for (const DropCount& drop : drops) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", drop.frames, to_string(drop.reason));
  }
  return text.empty() ? "none" : text;
}

std::uint64_t total(const std::vector<DropCount>& drops) {
  std::uint64_t sum = 0;
  for (const DropCount& drop : drops) {
    sum += drop.frames;
  }
  return sum;
}

// The first rows in the order of `before`; all of them, in their own order, if they are few.
template <typename T, typename Before, typename Row>
std::string section(const char* title, std::vector<T> items, Table table, std::size_t most,
                    Before before, Row row) {
  if (items.empty()) {
    return "";
  }
  const std::size_t all = items.size();
  if (all > most) {
    std::ranges::stable_sort(items, before);
    items.resize(most);
  }
  for (const T& item : items) {
    table.add(row(item));
  }
  std::string text = fmt::format("\n{}\n{}", title, table.text());
  if (all > most) {
    text += fmt::format("  ... and {} more, see run.db or summary.json\n", all - most);
  }
  return text;
}

constexpr auto kAsListed = [](const auto&, const auto&) { return false; };

std::string flows(const RunResult& result, std::size_t most) {
  return section("Flows", result.flows,
                 Table({"flow", "kind", "from", "to", "sent", "received", "loss", "goodput",
                        "delay p50", "p99", "stretch"}),
                 most, kAsListed, [](const FlowResult& f) {
                   const double loss =
                       f.sent == 0 ? 0 : static_cast<double>(f.lost) / static_cast<double>(f.sent);
                   return std::vector<std::string>{
                       f.name,
                       f.kind,
                       f.from,
                       f.to,
                       std::to_string(f.sent),
                       std::to_string(f.received),
                       f.sent == 0 ? "-" : percent(loss),
                       rate(f.goodput_bps),
                       seconds(f.delay_p50_s),
                       seconds(f.delay_p99_s),
                       f.stretch ? fmt::format("{:.2f}", *f.stretch) : "-"};
                 });
}

std::string paths(const RunResult& result) {
  std::string text;
  for (const PathResult& path : result.paths) {
    text += fmt::format("\ntraceroute from {} to {}{}\n", path.from, path.to,
                        path.reached ? "" : " (not reached)");
    std::size_t number = 0;
    for (const HopResult& hop : path.hops) {
      text += fmt::format("{:>3}  {}{}  {}\n", ++number, hop.name,
                          hop.address.empty() ? "" : " (" + hop.address + ")", seconds(hop.rtt_s));
    }
  }
  return text;
}

std::string links(const RunResult& result, std::size_t most) {
  return section(
      "Virtual links", result.links,
      Table({"from", "to", "frames", "MB", "use", "queue max", "drops"}), most,
      [](const LinkResult& a, const LinkResult& b) { return a.bytes > b.bytes; },
      [](const LinkResult& l) {
        return std::vector<std::string>{l.from,
                                        l.to,
                                        std::to_string(l.frames),
                                        fmt::format("{:.2f}", static_cast<double>(l.bytes) * 1e-6),
                                        percent(l.utilisation),
                                        std::to_string(l.most_queued),
                                        reasons(l.drops)};
      });
}

std::string hosts(const RunResult& result, std::size_t most) {
  return section(
      "Overlay hosts", result.hosts,
      Table({"host", "entities", "frames", "load", "up", "down", "drops"}), most,
      [](const HostResult& a, const HostResult& b) { return a.frames > b.frames; },
      [](const HostResult& h) {
        return std::vector<std::string>{
            h.name,          std::to_string(h.entities),       std::to_string(h.frames),
            percent(h.load), percent(h.access_up_utilisation), percent(h.access_down_utilisation),
            reasons(h.drops)};
      });
}

std::string substrate_links(const RunResult& result, std::size_t most) {
  return section("Substrate links", result.substrate_links,
                 Table({"from", "to", "stress", "frames", "MB"}), most, kAsListed,
                 [](const SubstrateLinkResult& l) {
                   return std::vector<std::string>{
                       l.from, l.to, std::to_string(l.stress), std::to_string(l.frames),
                       fmt::format("{:.2f}", static_cast<double>(l.bytes) * 1e-6)};
                 });
}

std::string timeline(const RunResult& result, std::size_t most) {
  return section(
      "Timeline (drops until the next event)", result.timeline, Table({"at", "what", "drops"}),
      most, kAsListed, [](const EventResult& e) {
        return std::vector<std::string>{seconds(to_seconds(e.at)), e.what, reasons(e.drops)};
      });
}

std::string books(const RunResult& result) {
  const RunLedger& ledger = result.ledger;
  std::string text = fmt::format("\nLedger: {} frames in = {} out + {} queued + {} dropped: {}\n",
                                 ledger.in, ledger.out, ledger.queued, total(ledger.drops),
                                 ledger.balanced ? "balanced" : "NOT BALANCED");
  if (!ledger.drops.empty()) {
    text += "  drops: " + reasons(ledger.drops) + "\n";
  }
  for (const std::string& component : ledger.unbalanced) {
    text += "  does not balance: " + component + "\n";
  }
  return text;
}

}  // namespace

std::string Table::text() const {
  std::vector<std::size_t> width(rows_.front().size());
  std::vector<bool> right(width.size(), true);
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    for (std::size_t c = 0; c < width.size(); ++c) {
      width[c] = std::max(width[c], rows_[r][c].size());
      right[c] = right[c] && (r == 0 || is_number(rows_[r][c]));
    }
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t c = 0; c < width.size(); ++c) {
      line += right[c] ? fmt::format("  {:>{}}", row[c], width[c])
                       : fmt::format("  {:<{}}", row[c], width[c]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string to_tables(const RunResult& result, std::size_t most_rows) {
  std::string text =
      fmt::format("{}: {} simulated in {} (seed {}, {} events, {} packet-hops){}\n",
                  result.scenario, to_string(result.duration), seconds(result.wall_s), result.seed,
                  result.events, result.deliveries, result.interrupted ? ", INTERRUPTED" : "");
  text += flows(result, most_rows) + paths(result) + links(result, most_rows) +
          hosts(result, most_rows) + substrate_links(result, most_rows) +
          timeline(result, most_rows) + books(result);
  for (const std::string& warning : result.warnings) {
    text += "warning: " + warning + "\n";
  }
  return text + "Fingerprint: " + hex(result.fingerprint) + "\n";
}

}  // namespace violin
