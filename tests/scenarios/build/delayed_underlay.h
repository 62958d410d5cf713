// An underlay under virtual time: each way takes as long as its pair of hosts says, in order, and
// may lose what a test chooses.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/link/pipe.h"
#include "scenarios/build/underlay.h"

namespace violin {

class DelayedUnderlay final : public Underlay {
 public:
  using Delay = std::function<Duration(HostId from, HostId to)>;

  DelayedUnderlay(Kernel& kernel, Delay delay) : kernel_(kernel), delay_(std::move(delay)) {}

  // One direction between two hosts.
  struct Way final : Component, FrameSink {
    Way(DelayedUnderlay& of, const std::string& name, HostId at, HostId there, Attachment end)
        : Component(of.kernel_, name),
          underlay(of),
          from(at),
          to(there),
          far(end),
          pipe(of.kernel_, name + "/pipe", parameters(of.delay_(at, there))) {}

    void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override {
      ledger_.in += burst.size();
      if (port == PortIndex{1}) {  // it has come
        ledger_.out += burst.size();
        far.send(burst, now);
        return;
      }
      for (Frame& frame : burst) {
        if (underlay.loses && underlay.loses(frame)) {
          ledger_.drop(std::move(frame), Drop::kRandomLoss);
          continue;
        }
        ++ledger_.out;
        pipe.transmit({&frame, 1}, {this, PortIndex{1}}, now);
      }
    }
    std::uint64_t queued() const override { return 0; }

    DelayedUnderlay& underlay;
    HostId from;
    HostId to;
    Attachment far;
    Pipe pipe;
  };

  Attachment carry(const VirtualLink& link, std::size_t direction, HostId from, HostId to,
                   Attachment far) override {
    auto& way = ways[{&link, direction}];
    if (way && (way->from != from || way->to != to)) {
      old_ways.emplace_back(&link, std::exchange(way, nullptr));
    }
    if (!way) {
      way = std::make_unique<Way>(*this, "way" + std::to_string(++made_), from, to, far);
    }
    way->far = far;
    return {way.get(), PortIndex{}};
  }
  void leave(const VirtualLink& link, std::size_t direction) override {
    const auto way = ways.find({&link, direction});
    old_ways.emplace_back(&link, std::move(way->second));
    ways.erase(way);
  }
  void end_old_ways(const VirtualLink& link) override {
    for (auto& [of, way] : old_ways) {
      if (of == &link) {
        end(std::move(way));
      }
    }
    std::erase_if(old_ways, [](const auto& old) { return old.second == nullptr; });
  }
  void end(const VirtualLink& link) override {
    for (const std::size_t d : {0U, 1U}) {
      if (const auto way = ways.find({&link, d}); way != ways.end()) {
        end(std::move(way->second));
        ways.erase(way);
      }
    }
    end_old_ways(link);
  }
  Attachment open_way(const std::string& name, HostId from, HostId to, Attachment far) override {
    other_ways.push_back(
        std::make_unique<Way>(*this, name + "/way" + std::to_string(++made_), from, to, far));
    return {other_ways.back().get(), PortIndex{}};
  }
  void end_way(Attachment ended_way) override {
    for (auto& way : other_ways) {
      if (way.get() == ended_way.sink) {
        end(std::move(way));
      }
    }
    std::erase(other_ways, nullptr);
  }
  void for_each_component(const std::function<void(const Component&)>& visit) const override {
    const auto both = [&](const Way& way) {
      visit(way);
      visit(way.pipe);
    };
    for (const auto& [key, way] : ways) {
      both(*way);
    }
    for (const auto& [link, way] : old_ways) {
      both(*way);
    }
    for (const auto& way : other_ways) {
      both(*way);
    }
    for (const auto& way : ended) {
      both(*way);
    }
  }

  std::function<bool(const Frame&)> loses;
  std::map<std::pair<const VirtualLink*, std::size_t>, std::unique_ptr<Way>> ways;
  std::vector<std::pair<const VirtualLink*, std::unique_ptr<Way>>> old_ways;
  std::vector<std::unique_ptr<Way>> other_ways;
  std::vector<std::unique_ptr<Way>> ended;  // for their books

 private:
  static PipeParameters parameters(Duration delay) {
    PipeParameters parameters;
    parameters.delay = ConstantDelay{delay};
    parameters.queue.max_frames = std::nullopt;
    return parameters;
  }
  void end(std::unique_ptr<Way> way) {
    way->pipe.abandon(Drop::kDetached);
    ended.push_back(std::move(way));
  }

  Kernel& kernel_;
  Delay delay_;
  int made_ = 0;
};

}  // namespace violin
