// What `violin status`, `up` and `down` print of a running network for people.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace violin::cli {

// Entities, links that carry something, tunnels, jetways, books and punctuality.
std::string status_report(const nlohmann::json& status);
// Of the last status: what the run was worth.
std::string closing_report(const nlohmann::json& status);
// The links alone, with what they are set to; those whose name has `part` in it.
std::string link_report(const nlohmann::json& status, const std::string& part);

}  // namespace violin::cli
