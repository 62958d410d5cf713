#include "scenarios/run/captures.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "scenarios/load/names.h"

namespace violin {

namespace {

// "vHost1.eth0.pcapng", or "violin.vHost1.eth0.pcapng" where the VIOLIN is told.
std::string file_name(const scenario::Capture& capture) {
  if (!capture.file().empty()) {
    return capture.file();
  }
  std::string name = capture.nic() + ".pcapng";
  std::ranges::replace(name, '/', '.');
  return name;
}

}  // namespace

Captures::Captures(ScenarioBuilder& builder, const std::filesystem::path& folder) {
  const auto& asked = builder.scenario().message.captures();
  for (int i = 0; i < asked.size(); ++i) {
    const std::string& reference = asked[i].nic();
    const std::size_t dot = reference.rfind('.');
    Node* node = builder.find(reference.substr(0, dot));
    const Nic* nic = node == nullptr ? nullptr : node->find_nic(reference.substr(dot + 1));
    if (nic == nullptr) {
      throw scenario::ScenarioError({builder.scenario().diagnostic(
          "captures[" + std::to_string(i) + "].nic",
          "there is no vNIC '" + reference + "' when the run begins")});
    }
    const std::string name = file_name(asked[i]);
    if (name == "run.db" || name == "summary.json") {
      throw scenario::ScenarioError(
          {builder.scenario().diagnostic("captures[" + std::to_string(i) + "].file",
                                         "'" + name + "' is another file of the run")});
    }
    const std::filesystem::path path = folder / name;
    auto& file = *open_.emplace_back(std::make_unique<File>());
    file.stream.open(path, std::ios::binary);
    if (!file.stream) {
      throw std::runtime_error("cannot create capture '" + path.string() +
                               "': " + std::strerror(errno));
    }
    file.writer = std::make_unique<PcapngWriter>(file.stream, path.string());
    builder.network().capture(*node, nic->port, *file.writer);
    files_.push_back(name);
  }
}

void Captures::close(TimePoint now) {
  for (const auto& file : open_) {
    file->writer->close(now);
  }
}

}  // namespace violin
