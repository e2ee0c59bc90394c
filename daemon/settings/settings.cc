#include "daemon/settings/settings.h"

#include <set>

#include "daemon/settings/policy_settings.h"
#include "daemon/settings/setting_values.h"
#include "daemon/settings/settings_keys.h"
#include "daemon/system/strict_yaml.h"

namespace mtls::daemon::settings {
namespace {

void read_nginx(const YAML::Node& node, Settings& settings) {
  system::check_keys(node, "nginx", keys_in("nginx"));
  if (const auto conf = node["conf"]) settings.nginx_conf = system::text_of(conf, "nginx.conf");
  if (const auto prefix = node["prefix"])
    settings.nginx_prefix = system::text_of(prefix, "nginx.prefix");
  if (const auto version = node["version"]) {
    settings.nginx_version = config::parse_version(system::text_of(version, "nginx.version"));
    if (!settings.nginx_version) system::reject(version, "nginx.version must look like 1.22.1");
  }
}

audit::CanarySetting read_canary(const YAML::Node& node, const std::string& settings_path) {
  system::check_keys(node, "a canary", keys_in("canaries[]"));
  if (!node["name"] || !node["certificate"])
    system::reject(node, "a canary needs a name and a certificate");
  audit::CanarySetting canary;
  canary.name = system::text_of(node["name"], "name");
  canary.certificate =
      system::joined(system::text_of(node["certificate"], "certificate"), settings_path);
  if (const auto expect = node["expect"]) {
    const std::string word = system::text_of(expect, "expect");
    if (word != "accept" && word != "reject")
      system::reject(expect, "expect must be accept or reject");
    canary.expect = word == "accept" ? audit::Expect::kAccept : audit::Expect::kReject;
  }
  if (const auto servers = node["servers"]) {
    if (!servers.IsSequence())
      system::reject(servers, "servers must be a list of server names or globs");
    for (const auto& server : servers) canary.servers.push_back(system::text_of(server, "servers"));
  }
  if (const auto paths = node["paths"]) {
    if (!paths.IsSequence()) system::reject(paths, "paths must be a list of request paths");
    for (const auto& path : paths) {
      canary.paths.push_back(system::text_of(path, "paths"));
      if (!canary.paths.back().starts_with('/'))
        system::reject(path, "a request path begins with /");
    }
  }
  return canary;
}

void read_limits(const YAML::Node& node, audit::Limits& limits) {
  const std::vector<std::pair<std::string, std::size_t*>> known{
      {"max_file_bytes", &limits.max_file_bytes},
      {"max_crl_bytes", &limits.max_crl_bytes},
      {"max_series", &limits.max_series},
      {"max_series_per_file", &limits.max_series_per_file},
      {"max_certificates_per_file", &limits.max_certificates_per_file}};
  system::check_keys(node, "limits", keys_in("limits"));
  for (const auto& [key, value] : known) {
    if (const auto entry = node[key]) *value = count_of(entry, key);
  }
}

void read_metrics(const YAML::Node& node, audit::Limits& limits) {
  system::check_keys(node, "metrics", keys_in("metrics"));
  const auto detail = node["detail"];
  if (!detail) return;
  const std::string word = system::text_of(detail, "metrics.detail");
  if (word != "full" && word != "compact")
    system::reject(detail, "metrics.detail must be full or compact");
  limits.detail = word == "full" ? audit::MetricsDetail::kFull : audit::MetricsDetail::kCompact;
}

void read_canaries(const YAML::Node& node, const std::string& path, Settings& settings) {
  if (!node.IsSequence()) system::reject(node, "canaries must be a list");
  std::set<std::string> names;
  for (const auto& entry : node) {
    settings.canaries.push_back(read_canary(entry, path));
    const std::string& name = settings.canaries.back().name;
    if (!names.insert(name).second)
      system::reject(entry, "two canaries are named \"" + name + "\"; rename one of them");
  }
}

// As `openssl x509 -fingerprint -sha256` prints it, or the label `fingerprint` of our metrics. "":
// it is none.
std::string fingerprint_of(std::string_view text) {
  constexpr std::size_t kLabelDigits = 16;
  constexpr std::size_t kAllDigits = 64;
  std::string digits;
  for (const char c : text) {
    if (c == ':') continue;
    const bool is_upper = c >= 'A' && c <= 'F';
    if (!is_upper && !(c >= 'a' && c <= 'f') && !(c >= '0' && c <= '9')) return "";
    digits += is_upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return digits.size() >= kLabelDigits && digits.size() <= kAllDigits ? digits : "";
}

audit::CaSetting read_ca(const YAML::Node& node, const std::string& key,
                         const std::string& settings_path) {
  const std::string text = system::text_of(node, key);
  audit::CaSetting ca{.fingerprint = fingerprint_of(text), .path = {}};
  if (ca.fingerprint.empty()) ca.path = system::joined(text, settings_path);
  return ca;
}

void read_rotations(const YAML::Node& node, const std::string& path, Settings& settings) {
  if (!node.IsSequence()) system::reject(node, "rotations must be a list");
  for (const auto& entry : node) {
    system::check_keys(entry, "a rotation", keys_in("rotations[]"));
    if (!entry["from"] || !entry["to"]) {
      system::reject(entry,
                     "a rotation needs from and to, each a CA certificate's SHA-256 "
                     "fingerprint or a file that holds it");
    }
    settings.rotations.push_back(
        {.from = read_ca(entry["from"], "from", path), .to = read_ca(entry["to"], "to", path)});
  }
}

void read_probe(const YAML::Node& node, audit::ProbeSettings& probe) {
  system::check_keys(node, "probe", keys_in("probe"));
  if (const auto enabled = node["enabled"]) probe.is_enabled = flag_of(enabled, "probe.enabled");
  if (const auto interval = node["interval"]) probe.interval = span_of(interval, "probe.interval");
  if (const auto timeout = node["timeout"]) probe.timeout = span_of(timeout, "probe.timeout");
  if (const auto servers = node["servers"]) {
    if (!servers.IsSequence()) system::reject(servers, "probe.servers must be a list of globs");
    for (const auto& glob : servers)
      probe.servers.push_back(system::text_of(glob, "probe.servers"));
  }
}

void read_logs(const YAML::Node& node, const std::string& path, audit::LogSettings& logs) {
  system::check_keys(node, "logs", keys_in("logs"));
  if (const auto unit = node["journal"]) logs.journal = system::text_of(unit, "logs.journal");
  const auto files = node["error_logs"];
  if (!files) return;
  const std::string word = files.IsScalar() ? files.Scalar() : "";
  if (word == "auto") return;
  logs.error_logs.emplace();
  if (word == "off") return;
  if (!files.IsSequence())
    system::reject(files, "logs.error_logs must be auto, off or a list of files");
  for (const auto& file : files)
    logs.error_logs->push_back(system::joined(system::text_of(file, "logs.error_logs"), path));
}

}  // namespace

base::Result<Settings> parse_settings(std::string_view text, const std::string& path) {
  Settings settings;
  const auto read = system::read_yaml(text, path, [&](const YAML::Node& root) {
    if (root.IsNull()) return;
    system::check_keys(root, "the settings", keys_in(""));
    if (const auto nginx = root["nginx"]) read_nginx(nginx, settings);
    if (const auto canaries = root["canaries"]) read_canaries(canaries, path, settings);
    if (const auto rotations = root["rotations"]) read_rotations(rotations, path, settings);
    if (const auto policy = root["policy"]) read_policy_settings(policy, path, settings);
    if (const auto limits = root["limits"]) read_limits(limits, settings.limits);
    if (const auto metrics = root["metrics"]) read_metrics(metrics, settings.limits);
    if (const auto probe = root["probe"]) read_probe(probe, settings.probe);
    if (const auto logs = root["logs"]) read_logs(logs, path, settings.logs);
    if (const auto observer = root["observer"])
      settings.observer = read_observer_settings(observer, path);
  });
  if (!read) return tl::unexpected(read.error());
  return settings;
}

}  // namespace mtls::daemon::settings
