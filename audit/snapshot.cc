#include "audit/snapshot.h"

#include <fnmatch.h>

#include <algorithm>

namespace mtls::audit {

std::string_view word(CaStage stage) {
  switch (stage) {
    case CaStage::kAnnounced: return "announced";
    case CaStage::kLoaded: return "loaded";
    case CaStage::kInUse: return "in_use";
    case CaStage::kUnused: break;
  }
  return "unused";
}

std::string_view word(Problem problem) {
  constexpr std::array<std::string_view, kProblems> kWords{
      "unreadable",     "missing",        "permission",
      "not_regular",    "loop",           "too_large",
      "stuck",          "settling",       "parse_error",
      "bad_block",      "empty",          "no_ca",
      "leaf_as_ca",     "missing_issuer", "expired",
      "expired_needed", "not_yet_valid",  "invalid_date",
      "weak_signature", "weak_key",       "contains_private_key",
      "truncated"};
  return kWords.at(static_cast<std::size_t>(problem));
}

std::string NginxError::text() const {
  return file.empty() ? message : message + " in " + file + ":" + std::to_string(line);
}

bool Canary::concerns(const config::TlsContext& server) const { return is_among(servers, server); }

bool is_among(const std::vector<std::string>& globs, const config::TlsContext& server) {
  return globs.empty() || std::any_of(globs.begin(), globs.end(), [&](const auto& glob) {
           return fnmatch(glob.c_str(), server.id.server.c_str(), 0) == 0;
         });
}

const running::Master* Snapshot::master() const {
  return processes ? processes->master_of(policy->nginx_conf) : nullptr;
}

std::vector<NginxError> Snapshot::nginx_errors() const {
  std::vector<NginxError> all = config->errors;
  all.insert(all.end(), refusals.begin(), refusals.end());
  std::stable_sort(all.begin(), all.end(),
                   [](const NginxError& a, const NginxError& b) { return a.when < b.when; });
  return all;
}

void Snapshot::for_each_sighting(
    const std::function<void(const std::string& path, const base::Sighting& seen)>& look) const {
  for (const auto& [path, seen] : config->seen) look(path, seen);
  for (const auto& [pattern, seen] : canary_patterns) look(pattern, seen);
  for (const auto& [path, file] : material) look(path, file->seen);
  for (const auto& [path, seen] : *side_files) look(path, seen);
  for (const auto& [path, seen] : package_files) look(path, seen);
}

base::Sightings Snapshot::sightings() const {
  base::Sightings all;
  for_each_sighting(
      [&](const std::string& path, const base::Sighting& seen) { all.emplace(path, seen); });
  return all;
}

std::optional<base::Sightings> Snapshot::sightings_since(const Snapshot& before) const {
  const bool is_like = config == before.config && canary_patterns == before.canary_patterns &&
                       package_files == before.package_files &&
                       material.size() == before.material.size() &&
                       side_files->size() == before.side_files->size();
  if (!is_like) return std::nullopt;
  base::Sightings changed;
  for (std::size_t i = 0; i < material.size(); ++i) {
    const MaterialFile& file = *material.files()[i];
    const MaterialFile& other = *before.material.files()[i];
    if (&file == &other) continue;
    if (file.path != other.path) return std::nullopt;
    const bool is_hidden = config->seen.contains(file.path) || canary_patterns.contains(file.path);
    if (!is_hidden && file.seen != other.seen) changed.emplace(file.path, file.seen);
  }
  if (side_files == before.side_files) return changed;
  auto other = before.side_files->begin();
  for (const auto& [path, seen] : *side_files) {
    if (path != other->first) return std::nullopt;
    const bool is_hidden =
        config->seen.contains(path) || canary_patterns.contains(path) || material.contains(path);
    if (!is_hidden && seen != other->second) changed.emplace(path, seen);
    ++other;
  }
  return changed;
}

bool is_world_writable(const base::Sighting& seen) {
  constexpr std::uint32_t kWritableByOthers = 0002;  // S_IWOTH
  return seen.stamp && (seen.stamp->mode & kWritableByOthers) != 0;
}

std::vector<std::string> world_writable(const base::Sightings& seen) {
  std::vector<std::string> paths;
  for (const auto& [path, one] : seen)
    if (is_world_writable(one)) paths.push_back(path);
  return paths;
}

std::vector<std::string> Snapshot::settling() const {
  std::vector<std::string> paths;
  for (const auto& [path, file] : material) {
    if (file->settling) paths.push_back(path);
  }
  return paths;
}

std::optional<base::sys_seconds> earliest_expiry(const pki::Material& material) {
  std::optional<base::sys_seconds> earliest;
  for (const pki::Certificate& certificate : material.certificates) {
    const auto end = certificate.facts().validity.not_after;
    if (end && (!earliest || *end < *earliest)) earliest = end;
  }
  return earliest;
}

bool may_open_for_nginx(const MaterialFile& file) {
  using base::ErrorCode;
  if (!file.error) return false;
  const ErrorCode code = file.error->code;
  return code == ErrorCode::kPermission || code == ErrorCode::kTooLarge ||
         code == ErrorCode::kStuck;
}

const std::string* static_path(const config::FileRef& reference) {
  const auto* file = std::get_if<config::StaticPath>(&reference);
  return file == nullptr ? nullptr : &file->path;
}

const std::string* static_path(const std::optional<config::FileRef>& reference) {
  return reference ? static_path(*reference) : nullptr;
}

std::vector<std::string> known_paths(const config::FileRef& reference) {
  const std::string* path = static_path(reference);
  if (path != nullptr) return {*path};
  return std::get<config::RuntimePath>(reference).followed;
}

bool lets_through(config::VerifyClient mode, int code) {
  if (mode == config::VerifyClient::kOff || code == 0) return true;
  if (mode != config::VerifyClient::kOptionalNoCa) return false;
  // ngx_ssl_verify_error_optional(): DEPTH_ZERO_SELF_SIGNED_CERT, SELF_SIGNED_CERT_IN_CHAIN,
  // UNABLE_TO_GET_ISSUER_CERT_LOCALLY, UNABLE_TO_VERIFY_LEAF_SIGNATURE, CERT_UNTRUSTED.
  constexpr std::array kForgiven{18, 19, 20, 21, 27};
  return std::find(kForgiven.begin(), kForgiven.end(), code) != kForgiven.end();
}

}  // namespace mtls::audit
