#include "scenarios/validate/values.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <filesystem>

#include "scenarios/load/paths.h"
#include "scenarios/load/quantities.h"
#include "scenarios/options.pb.h"

namespace violin::scenario {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void check(const UniformDelay& delay, const std::string& path, Report& report) {
  if (*duration(delay.low()) > *duration(delay.high())) {
    report.error(path + ".low", fmt::format("'{}' is above high, '{}'; exchange the two",
                                            delay.low(), delay.high()));
  }
}

void check(const Link& link, const std::string& path, Report& report) {
  if (link.jitter().empty() || !link.has_delay()) {
    return;  // the delay may come from default_link
  }
  if (link.delay().kind_case() != Delay::kConstant) {
    report.error(path + ".jitter",
                 "only a constant delay takes jitter; this one varies by itself: remove it");
  } else if (*duration(link.jitter()) > *duration(link.delay().constant())) {
    report.error(path + ".jitter",
                 fmt::format("'{}' is more than the delay, '{}': some frames would arrive before "
                             "they are sent",
                             link.jitter(), link.delay().constant()));
  }
}

void check(const Access& access, const std::string& path, Report& report) {
  if (!access.both().empty() && (!access.up().empty() || !access.down().empty())) {
    report.error(path + ".both", "cannot be with up or down; give these two, or only both");
  }
}

void check(const Codel& codel, const std::string& path, Report& report) {
  const Duration target = duration(codel.target()).value_or(std::chrono::milliseconds(5));
  const Duration interval = duration(codel.interval()).value_or(std::chrono::milliseconds(100));
  if (target >= interval) {
    report.error(path, fmt::format("its target, {}, is not below its interval, {} (RFC 8289 "
                                   "section 4.2: 5% to 10% of it)",
                                   violin::to_string(target), violin::to_string(interval)));
  }
}

void check_pair(const google::protobuf::RepeatedPtrField<std::string>& between,
                const std::string& path, Report& report) {
  if (between.size() != 2) {
    report.error(path, fmt::format("names {} ends; a link is between two", between.size()));
  } else if (between[0] == between[1]) {
    report.error(path, fmt::format("leads from '{}' to itself", between[0]));
  }
}

void check(const HostPair& pair, const std::string& path, Report& report) {
  check_pair(pair.between(), path + ".between", report);
  if (pair.rtt().empty() && pair.loss().empty()) {
    report.error(path, "says nothing of its pair; expected rtt, loss or both");
  }
}

void check(const LinkChange& change, const std::string& path, Report& report) {
  if (change.nic().empty() == change.trunk().empty()) {
    report.error(path, "needs one of: nic (the cable at it), trunk (two vSwitches)");
  }
  if (!change.trunk().empty()) {
    check_pair(change.trunk(), path + ".trunk", report);
  }
  if (!change.has_link() && !change.has_up()) {
    report.error(path, "changes nothing; expected link, up or both");
  }
}

void check(const SubstrateChange& change, const std::string& path, Report& report) {
  if (!change.has_scale() && change.pairs().empty() && change.hosts().empty() &&
      change.rtt_matrix().empty() && !change.has_cpu_trace() && !change.has_ping_trace()) {
    report.error(path,
                 "changes nothing; expected scale, pairs, hosts, rtt_matrix, cpu_trace or "
                 "ping_trace");
  }
}

class Walk {
 public:
  Walk(const LoadedScenario& scenario, Report& report) : scenario_(scenario), report_(report) {}

  void visit(const Message& message, const std::string& path) {
    check_message(message, path);
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      visit_field(message, *field, (path.empty() ? "" : path + ".") + field->name());
    }
  }

 private:
  void visit_field(const Message& message, const FieldDescriptor& field, const std::string& path) {
    const auto& reflection = *message.GetReflection();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (!field.is_repeated()) {
        visit(reflection.GetMessage(message, &field), path);
        return;
      }
      for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
        visit(reflection.GetRepeatedMessage(message, &field, i), fmt::format("{}[{}]", path, i));
      }
    } else if (field.options().GetExtension(schema::format) == schema::PATH) {
      check_file(reflection.GetString(message, &field), path);
    }
  }

  void check_message(const Message& message, const std::string& path) {
    check_if<UniformDelay>(message, path) || check_if<Link>(message, path) ||
        check_if<Access>(message, path) || check_if<Codel>(message, path) ||
        check_if<HostPair>(message, path) || check_if<LinkChange>(message, path) ||
        check_if<SubstrateChange>(message, path);
    if (const auto* trunk = dynamic_cast<const Trunk*>(&message)) {
      check_pair(trunk->between(), path + ".between", report_);
    } else if (const auto* link = dynamic_cast<const GraphLink*>(&message)) {
      check_pair(link->between(), path + ".between", report_);
    }
  }

  template <typename T>
  bool check_if(const Message& message, const std::string& path) {
    const auto* typed = dynamic_cast<const T*>(&message);
    if (typed != nullptr) {
      check(*typed, path, report_);
    }
    return typed != nullptr;
  }

  void check_file(const std::string& written, const std::string& path) {
    try {
      const std::filesystem::path file = resolve_path(written, scenario_.directory);
      std::error_code error;
      if (!std::filesystem::exists(file, error)) {
        report_.error(path, fmt::format("there is no '{}'; paths are relative to the scenario's "
                                        "folder",
                                        file.lexically_normal().string()));
      }
    } catch (const std::runtime_error& error) {
      report_.error(path, error.what());
    }
  }

  const LoadedScenario& scenario_;
  Report& report_;
};

}  // namespace

void check_values(const LoadedScenario& scenario, Report& report) {
  Walk(scenario, report).visit(scenario.message, "");
}

}  // namespace violin::scenario
