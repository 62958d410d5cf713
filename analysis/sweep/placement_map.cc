#include "analysis/sweep/placement_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "analysis/sweep/host_layout.h"
#include "analysis/sweep/label_places.h"

namespace violin::sweep {

using placement::Assignment;
using placement::Problem;

namespace {

constexpr std::size_t kMostLabels = 40;
constexpr std::size_t kMostHostNames = 14;
// Of the plot within the SVG, pixels.
constexpr Box kPlot{70, 64, kWidth - 90, kHeight - 164};
constexpr int kWidths = 5;       // of virtual links, pixels
constexpr double kSymbol = 14;   // pixels
constexpr double kLetter = 6.8;  // mean width
constexpr double kLine = 15;     // height

// Axes to pixels: equal units, the layout in the middle.
class View {
 public:
  explicit View(const HostLayout& layout) : y_per_x_(layout.y_per_x) {
    Position low = layout.positions.begin()->second;
    Position high = low;
    for (const auto& [host, p] : layout.positions) {
      low = {std::min(low.x, p.x), std::min(low.y, p.y)};
      high = {std::max(high.x, p.x), std::max(high.y, p.y)};
    }
    middle_ = {(low.x + high.x) / 2, (low.y + high.y) / 2};
    const double width = std::max(high.x - low.x, 1e-9);
    const double height = std::max(high.y - low.y, 1e-9);
    constexpr double kMargin = 1.16;
    scale_ =
        std::min(kPlot.width / (width * kMargin), kPlot.height / (height * kMargin * y_per_x_));
  }

  Position to_pixel(Position p) const {
    return {kPlot.left + kPlot.width / 2 + (p.x - middle_.x) * scale_,
            kPlot.top + kPlot.height / 2 - (p.y - middle_.y) * scale_ * y_per_x_};
  }
  Position from_pixel(Position p) const {
    return {middle_.x + (p.x - kPlot.left - kPlot.width / 2) / scale_,
            middle_.y - (p.y - kPlot.top - kPlot.height / 2) / scale_ / y_per_x_};
  }
  std::string ranges() const {
    const Position low = from_pixel({kPlot.left, kPlot.top + kPlot.height});
    const Position high = from_pixel({kPlot.left + kPlot.width, kPlot.top});
    return fmt::format("set xrange [{}:{}]\nset yrange [{}:{}]\n", low.x, high.x, low.y, high.y);
  }

 private:
  double y_per_x_;
  double scale_ = 1;
  Position middle_;
};

class Map {
 public:
  Map(const Realised& realised, const std::string& title)
      : realised_(realised),
        problem_(*realised.problem),
        placement_(*realised.placement),
        layout_(layout_of(problem_, placement_)),
        title_(title),
        view_(layout_) {
    for (std::size_t e = 0; e < placement_.size(); ++e) {
      on_host_[placement_[e]].push_back(e);
    }
    find_kinds();
  }

  Drawing draw() && {
    add_hosts();
    add_links();
    add_entities();
    add_labels();
    return {"map", std::move(script_) + plot(), std::move(data_)};
  }

 private:
  void find_kinds() {
    kinds_.resize(placement_.size(), EntityKind::kVHost);
    for (std::size_t link = 0; link < problem_.links.size(); ++link) {
      for (const std::size_t end : {0U, 1U}) {
        kinds_[to_index(problem_.links[link].ends[end])] =
            realised_.planning->link(link).ends[end].node->kind;
      }
    }
  }

  // Pixels; smaller in a crowd.
  double symbol() const { return on_host_.size() > kMostLabels ? 0.6 * kSymbol : kSymbol; }

  // Symbols of one host stand side by side.
  Position pixel_of(std::size_t entity) const {
    const auto& there = on_host_.at(placement_[entity]);
    const auto place = static_cast<double>(std::ranges::find(there, entity) - there.begin());
    Position p = view_.to_pixel(layout_.positions.at(placement_[entity]));
    p.x += (place - 0.5 * static_cast<double>(there.size() - 1)) * (symbol() + 1);
    return p;
  }
  Position position_of(std::size_t entity) const { return view_.from_pixel(pixel_of(entity)); }

  void add_block(const std::string& name, const std::string& lines) {
    data_ += fmt::format("# {}\n{}\n\n", name, lines.empty() ? "NaN NaN NaN NaN NaN\n" : lines);
  }

  void add_hosts() {
    std::string lines;
    for (const auto& [host, p] : layout_.positions) {
      lines += fmt::format("{} {}\n", p.x, p.y);
    }
    add_block("hosts", lines);
  }

  void add_links() {
    const auto loads = link_loads(problem_);
    double most = 0;
    for (const auto& load : loads) {
      most = std::max(most, load[0].bits_per_second + load[1].bits_per_second);
    }
    std::string lines;
    for (std::size_t link = 0; link < loads.size(); ++link) {
      const auto& ends = problem_.links[link].ends;
      const Position a = position_of(to_index(ends[0]));
      const Position b = position_of(to_index(ends[1]));
      const double load = loads[link][0].bits_per_second + loads[link][1].bits_per_second;
      lines += fmt::format("{} {} {} {} {}\n", a.x, a.y, b.x - a.x, b.y - a.y,
                           load > 0 ? std::ceil(kWidths * load / most) : 1.0);
    }
    most_load_ = most;
    add_block("links: from, by, width", lines);
  }

  void add_entities() {
    for (const EntityKind kind : {EntityKind::kVHost, EntityKind::kVSwitch, EntityKind::kVRouter}) {
      std::string lines;
      for (std::size_t e = 0; e < kinds_.size(); ++e) {
        if (kinds_[e] == kind) {
          lines += fmt::format("{} {}\n", position_of(e).x, position_of(e).y);
        }
      }
      add_block("entities", lines);
    }
  }

  // With many hosts in use, only vSwitches and vRouters are labelled.
  std::string label_of(HostId host) const {
    std::string text;
    for (const std::size_t e : on_host_.at(host)) {
      if (on_host_.size() <= kMostLabels || kinds_[e] != EntityKind::kVHost) {
        text += (text.empty() ? "" : ", ") + problem_.entities[e].name;
      }
    }
    return text;
  }

  void add_labels() {
    const bool names = on_host_.size() <= kMostHostNames;
    std::vector<Box> anchors;
    std::vector<Box> sizes;
    std::vector<std::array<std::string, 2>> texts;
    for (const auto& [host, entities] : on_host_) {
      const double width = static_cast<double>(entities.size()) * (symbol() + 1);
      const Position p = view_.to_pixel(layout_.positions.at(host));
      anchors.push_back({p.x - width / 2, p.y - symbol() / 2, width, symbol()});
      texts.push_back({label_of(host), names ? problem_.substrate.host(host).name : ""});
      const auto [upper, lower] = std::pair(static_cast<double>(texts.back()[0].size()) * 1.08,
                                            static_cast<double>(texts.back()[1].size()) * 0.85);
      sizes.push_back(
          {0, 0, kLetter * std::max(upper, lower), upper > 0 ? kLine * (names ? 1.9 : 1) : 0});
    }
    const std::vector<Box> boxes = place_labels(anchors, sizes, points_of_links(), kPlot);
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      add_label(texts[i][0], boxes[i], 0, "'Helvetica,13' textcolor rgb '#111111'");
      add_label(texts[i][1], boxes[i], kLine, "'Helvetica,10' textcolor rgb '#777777'");
    }
  }

  // Along each of them.
  std::vector<Box> points_of_links() const {
    constexpr double kApart = 6;  // pixels
    std::vector<Box> points;
    for (const placement::VirtualLink& link : problem_.links) {
      const Position a = pixel_of(to_index(link.ends[0]));
      const Position b = pixel_of(to_index(link.ends[1]));
      const double steps = std::ceil(std::hypot(b.x - a.x, b.y - a.y) / kApart);
      for (double step = 1; step < steps; ++step) {
        points.push_back({a.x + (b.x - a.x) * step / steps - kApart / 2,
                          a.y + (b.y - a.y) * step / steps - kApart / 2, kApart, kApart});
      }
    }
    return points;
  }

  void add_label(const std::string& text, const Box& box, double below, const char* look) {
    if (!text.empty()) {
      const Position p = view_.from_pixel({box.left + box.width / 2, box.top + below + kLine / 2});
      script_ += fmt::format("set label {} at {},{} center front noenhanced font {}\n",
                             quoted(text), p.x, p.y, look);
    }
  }

  std::string plot() const {
    return fmt::format(
        R"({}set title {}."\n".{} noenhanced
set lmargin at screen {}
set rmargin at screen {}
set tmargin at screen {}
set bmargin at screen {}
set xlabel '{}' offset 0,0.6
set ylabel '{}' offset 1,0
set key at screen 0.5,0.04 center horizontal maxrows 1 samplen 1.5 width -1 font ',12'
symbol = {:.2f}
set for [i=1:{}] style arrow i nohead linewidth i linecolor rgb '#c8a24a'
plot 'map.dat' index 1 using 1:2:3:4:5 with vectors arrowstyle variable notitle, \
     '' index 0 using 1:2 with points pt 7 ps 0.4 lc rgb '#b0b0b0' title 'host', \
     '' index 2 using 1:2 with points pt 7 ps symbol lc rgb '#4477aa' title 'vHost', \
     '' index 3 using 1:2 with points pt 5 ps symbol lc rgb '#cc4455' title 'vSwitch', \
     '' index 4 using 1:2 with points pt 9 ps 1.2*symbol lc rgb '#228833' title 'vRouter', \
     NaN with lines lw {} lc rgb '#c8a24a' title 'link (thickest {:.3g} Mbit/s)'
)",
        view_.ranges(), quoted(title_), quoted(layout_.method), kPlot.left / kWidth,
        (kPlot.left + kPlot.width) / kWidth, 1 - kPlot.top / kHeight,
        1 - (kPlot.top + kPlot.height) / kHeight, layout_.x_label, layout_.y_label,
        1.2 * symbol() / kSymbol, kWidths, kWidths, most_load_ * 1e-6);
  }

  const Realised& realised_;
  const Problem& problem_;
  const Assignment& placement_;
  HostLayout layout_;
  std::string title_;
  View view_;
  std::map<HostId, std::vector<std::size_t>> on_host_;
  std::vector<EntityKind> kinds_;
  double most_load_ = 0;
  std::string script_;
  std::string data_;
};

}  // namespace

Drawing placement_map(const Realised& realised, const std::string& title) {
  return Map(realised, title).draw();
}

}  // namespace violin::sweep
