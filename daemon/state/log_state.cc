#include "daemon/state/log_state.h"

#include <nlohmann/json.hpp>

namespace mtls::daemon::state {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;

json json_of(const live::LogPosition& position) {
  return {
      {"path", position.path},        {"device", position.device},    {"inode", position.inode},
      {"offset", position.offset},    {"before", position.before},    {"digest", position.digest},
      {"inside", position.is_inside}, {"at_end", position.is_at_end}, {"cursor", position.cursor}};
}

// Throws json::exception.
live::LogPosition position_of(const json& from) {
  return {.path = from.at("path"),
          .device = from.at("device"),
          .inode = from.at("inode"),
          .offset = from.at("offset"),
          .before = from.at("before"),
          .digest = from.at("digest"),
          .is_inside = from.at("inside"),
          .is_at_end = from.at("at_end"),
          .cursor = from.at("cursor")};
}

bool is_sound(const live::LogPosition& position) {
  constexpr std::uint64_t kMostBefore = std::uint64_t{1} << 20U;
  return position.offset >= 0 && position.before <= kMostBefore &&
         position.before <= static_cast<std::uint64_t>(position.offset);
}

live::LogState state_of(const json& from, const live::Boot& boot) {
  live::LogState state;
  const live::Boot then{.id = from.at("boot").at("id"), .second = from.at("boot").at("second")};
  if (is_same_boot(then, boot)) state.processes = from.at("processes").get<std::vector<int>>();
  for (const json& log : from.at("logs")) {
    std::vector<live::LogPosition> files;
    for (const json& file : log.at("files")) {
      files.push_back(position_of(file));
      if (!is_sound(files.back())) files.pop_back();
    }
    if (!files.empty()) state.logs.emplace(log.at("path"), std::move(files));
  }
  return state;
}

}  // namespace

std::string log_state_text(const live::LogState& state, const live::Boot& boot) {
  json logs = json::array();
  for (const auto& [path, positions] : state.logs) {
    json files = json::array();
    for (const live::LogPosition& position : positions) files.push_back(json_of(position));
    logs.push_back({{"path", path}, {"files", std::move(files)}});
  }
  const json all{{"format", kFormat},
                 {"boot", {{"id", boot.id}, {"second", boot.second}}},
                 {"processes", state.processes},
                 {"logs", std::move(logs)}};
  // A path that is no UTF-8 is not found again, and its log is read from the end.
  return all.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

base::Result<live::LogState> parse_log_state(std::string_view text, const live::Boot& boot) {
  try {
    const json all = json::parse(text);
    if (all.at("format") != kFormat)
      return base::fail(base::ErrorCode::kParse, "it has the format of another release");
    return state_of(all, boot);
  } catch (const json::exception&) {
    return base::fail(base::ErrorCode::kParse, "it is damaged");
  }
}

}  // namespace mtls::daemon::state
