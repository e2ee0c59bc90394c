#include "daemon/state/loaded_state.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

namespace mtls::daemon::state {
namespace {

using audit::Remembered;
using nlohmann::json;
using Kind = audit::LoadedFile::Kind;

constexpr int kFormat = 1;
constexpr std::array<std::pair<Kind, const char*>, 4> kKinds{
    {{Kind::kConfiguration, "configuration"},
     {Kind::kPattern, "pattern"},
     {Kind::kMaterial, "material"},
     {Kind::kSide, "side"}}};

const char* word(Kind kind) {
  return std::ranges::find(kKinds, kind, [](const auto& row) { return row.first; })->second;
}

std::optional<Kind> kind_of(const std::string& text) {
  const auto* const row =
      std::ranges::find_if(kKinds, [&](const auto& one) { return text == one.second; });
  return row == kKinds.end() ? std::nullopt : std::optional(row->first);
}

json json_of(const std::string& path, const Remembered::File& file) {
  const base::FileStamp& stamp = file.stamp;
  return {{"path", path},
          {"kind", word(file.kind)},
          {"device", stamp.device},
          {"inode", stamp.inode},
          {"size", stamp.size},
          {"mtime_ns", stamp.mtime_ns},
          {"ctime_ns", stamp.ctime_ns},
          {"mode", stamp.mode},
          {"content", file.content}};
}

// Throws json::exception, as all that read.
void add_file(const json& from, Remembered& state) {
  const auto kind = kind_of(from.at("kind"));
  if (!kind) return;
  state.files.emplace(from.at("path"), Remembered::File{.kind = *kind,
                                                        .stamp = {.device = from.at("device"),
                                                                  .inode = from.at("inode"),
                                                                  .size = from.at("size"),
                                                                  .mtime_ns = from.at("mtime_ns"),
                                                                  .ctime_ns = from.at("ctime_ns"),
                                                                  .mode = from.at("mode")},
                                                        .content = from.at("content")});
}

Remembered state_of(const json& from) {
  Remembered state{.conf = from.at("conf"),
                   .master = from.at("master"),
                   .master_started = from.at("master_started")};
  for (const json& worker : from.at("workers"))
    state.workers.push_back({.pid = worker.at("pid"), .started = worker.at("started")});
  for (const json& file : from.at("files")) add_file(file, state);
  return state;
}

}  // namespace

Remembered remembered_of(const audit::Snapshot& snapshot) {
  Remembered state;
  const running::Master* master = snapshot.master();
  if (master == nullptr || !snapshot.loaded) return state;
  state.conf = master->build.conf;
  state.master = master->process.pid;
  state.master_started = master->started;
  for (const running::Worker& worker : master->workers)
    if (!worker.is_draining) state.workers.push_back(worker);
  for (const auto& [path, file] : *snapshot.loaded->files) {
    if (!file.stamp) continue;
    const bool has_content = file.file && file.file->material;
    state.files.emplace(
        path, Remembered::File{.kind = file.kind,
                               .stamp = *file.stamp,
                               .content = has_content ? file.file->material->content.hex() : ""});
  }
  return state;
}

std::string loaded_state_text(const Remembered& state, const live::Boot& boot) {
  json workers = json::array();
  for (const running::Worker& worker : state.workers)
    workers.push_back({{"pid", worker.pid}, {"started", worker.started}});
  json files = json::array();
  for (const auto& [path, file] : state.files) files.push_back(json_of(path, file));
  const json all{{"format", kFormat},
                 {"boot", {{"id", boot.id}, {"second", boot.second}}},
                 {"conf", state.conf},
                 {"master", state.master},
                 {"master_started", state.master_started},
                 {"workers", std::move(workers)},
                 {"files", std::move(files)}};
  return all.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

base::Result<Remembered> parse_loaded_state(std::string_view text, const live::Boot& boot) {
  try {
    const json all = json::parse(text);
    if (all.at("format") != kFormat)
      return base::fail(base::ErrorCode::kParse, "it has the format of another release");
    const live::Boot then{.id = all.at("boot").at("id"), .second = all.at("boot").at("second")};
    if (!is_same_boot(then, boot))
      return base::fail(base::ErrorCode::kParse, "the host has been started anew since");
    return state_of(all);
  } catch (const json::exception&) {
    return base::fail(base::ErrorCode::kParse, "it is damaged");
  }
}

}  // namespace mtls::daemon::state
