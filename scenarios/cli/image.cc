// Disk images that guests boot from.
#include "datapath/uml/image.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "scenarios/cli/verbs.h"

namespace violin::cli {

namespace {

struct Options {
  uml::ImageSpec spec;
  std::vector<std::string> more_packages;
  std::uint64_t mebibytes = 0;
  bool quiet = false;
};

void build(Options options) {
  uml::ImageSpec& spec = options.spec;
  if (spec.file.empty()) {
    spec.file = uml::default_image();
  }
  spec.packages.insert(spec.packages.end(), options.more_packages.begin(),
                       options.more_packages.end());
  spec.size = Bytes{options.mebibytes << 20};
  uml::build_image(spec, [&](std::string_view line) {
    if (!options.quiet) {
      fmt::print(stderr, "{}\n", line);
    }
  });
  fmt::print("{}\n", std::filesystem::absolute(spec.file).string());
}

void add_build(CLI::App& image, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();  // shared by the command's copies of the callback
  options->mebibytes = options->spec.size.value >> 20;
  CLI::App* verb = image.add_subcommand(
      "build", "Make a Debian with FRR, iproute2, iperf3 and multicast tools, with debootstrap");
  verb->add_option("-o,--output", options->spec.file,
                   "The image; default " + uml::default_image().string());
  verb->add_option("--suite", options->spec.suite, "Debian's release")->capture_default_str();
  verb->add_option("--mirror", options->spec.mirror, "Where its packages are")
      ->capture_default_str();
  verb->add_option("--include", options->more_packages, "Further packages")->delimiter(',');
  verb->add_option("--size", options->mebibytes, "Of the file system, in MiB")
      ->check(CLI::Range(64, 1 << 20))
      ->capture_default_str();
  verb->add_flag("-q,--quiet", options->quiet, "Do not tell what happens");
  verb->callback([options, &exit_code] {
    build(*options);
    exit_code = kDone;
  });
}

}  // namespace

void add_image(CLI::App& app, ExitCode& exit_code) {
  CLI::App* image = app.add_subcommand("image", "Disk images for guests");
  image->require_subcommand(1);
  image->footer("The image's path is printed. As root, or with fakeroot and fakechroot.");
  add_build(*image, exit_code);
}

}  // namespace violin::cli
