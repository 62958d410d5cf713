// What carries the frames of a virtual link, in one direction, from one overlay host to another in
// simulation:
//
//   link -> [sender's access] -> [path: delay, loss] -> [receiver's access] -> [receiver's
//   forwarding capacity] -> far end
//
// Stages that limit nothing are left out. The path is this carrier's own, the others are shared by
// everything that the host carries. A frame inside a shared stage knows where it goes on: port k of
// this sink is the entry into stage k, so stages may change while frames are under way.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/frame_sink.h"
#include "models/link/pipe.h"
#include "scenarios/build/host_stages.h"

namespace violin {

// What a path through the substrate does.
PipeParameters path_parameters(Duration delay, double loss);

class Carrier final : public FrameSink {
 public:
  // What it hands frames to at the end outlives it.
  explicit Carrier(Attachment far) : far_(far) {}
  Carrier(const Carrier&) = delete;
  Carrier& operator=(const Carrier&) = delete;

  void receive(PortIndex stage, std::span<Frame> burst, TimePoint now) override;

  Attachment near_end() { return {this, PortIndex{0}}; }
  void connect(Attachment far) { far_ = far; }
  // The stages of the hosts, nullptr for one that limits nothing. They outlive this, see withdraw.
  void route(Pipe* up, Pipe* down, Pipe* forward);
  // Makes the path, or changes it.
  void set_path(Kernel& kernel, const std::string& name, const PipeParameters& parameters);
  // Ends the frames that are in any of its stages. Before it is destroyed, and when an end fails.
  void withdraw(Drop reason);

  const Pipe* path() const { return path_.get(); }

 private:
  static constexpr std::size_t kPath = 1;
  std::array<Pipe*, 4> stages_{};  // up, path, down, forward
  std::vector<Pipe*> used_;        // every stage so far: frames may still be in it
  std::unique_ptr<Pipe> path_;
  Attachment far_;
};

}  // namespace violin
