#include "daemon/settings.h"

#include <algorithm>
#include <set>

#include <yaml-cpp/yaml.h>

namespace mtls::daemon {
namespace {

using Keys = std::vector<std::string>;

// Caught in parse_settings, like yaml-cpp's own exceptions: one way out of the tree walk.
struct Mistake {
  YAML::Mark mark;
  std::string what;
};

[[noreturn]] void reject(const YAML::Node& node, std::string what) {
  throw Mistake{node.Mark(), std::move(what)};
}

std::string listed(const Keys& keys) {
  std::string text;
  for (const std::string& key : keys) text += (text.empty() ? "" : ", ") + key;
  return text;
}

[[noreturn]] void reject_key(const YAML::Node& key, const std::string& how,
                             const std::string& where) {
  reject(key, how + " key \"" + key.Scalar() + "\" in " + where);
}

void check_keys(const YAML::Node& map, const std::string& where, const Keys& known) {
  if (!map.IsMap()) reject(map, where + " must be a map with " + listed(known));
  std::set<std::string> seen;
  for (const auto& entry : map) {
    const auto key = entry.first.as<std::string>();
    const bool is_known = std::find(known.begin(), known.end(), key) != known.end();
    if (!is_known) reject_key(entry.first, "unknown", where + "; known here: " + listed(known));
    if (!seen.insert(key).second) reject_key(entry.first, "repeated", where);
  }
}

std::string text_of(const YAML::Node& node, const std::string& key) {
  if (!node.IsScalar() || node.Scalar().empty()) reject(node, key + " must be a text");
  return node.Scalar();
}

std::size_t count_of(const YAML::Node& node, const std::string& key) {
  const std::string text = text_of(node, key);
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  constexpr std::size_t kMostDigits = 15;
  if (!digits || text.size() > kMostDigits || text.starts_with('0')) {
    reject(node, key + " must be a whole number above 0");
  }
  return std::stoull(text);
}

std::string joined(const std::string& path, const std::string& settings_path) {
  if (path.starts_with('/')) return path;
  return settings_path.substr(0, settings_path.rfind('/') + 1) + path;
}

void read_nginx(const YAML::Node& node, Settings& settings) {
  check_keys(node, "nginx", {"conf", "prefix", "version"});
  if (const auto conf = node["conf"]) settings.nginx_conf = text_of(conf, "nginx.conf");
  if (const auto prefix = node["prefix"]) settings.nginx_prefix = text_of(prefix, "nginx.prefix");
  if (const auto version = node["version"]) {
    settings.nginx_version = config::parse_version(text_of(version, "nginx.version"));
    if (!settings.nginx_version) reject(version, "nginx.version must look like 1.22.1");
  }
}

audit::CanarySetting read_canary(const YAML::Node& node, const std::string& settings_path) {
  check_keys(node, "a canary", {"name", "certificate", "expect", "servers"});
  if (!node["name"] || !node["certificate"]) reject(node, "a canary needs name and certificate");
  audit::CanarySetting canary;
  canary.name = text_of(node["name"], "name");
  canary.certificate = joined(text_of(node["certificate"], "certificate"), settings_path);
  if (const auto expect = node["expect"]) {
    const std::string word = text_of(expect, "expect");
    if (word != "accept" && word != "reject") reject(expect, "expect must be accept or reject");
    canary.expect = word == "accept" ? audit::Expect::kAccept : audit::Expect::kReject;
  }
  if (const auto servers = node["servers"]) {
    if (!servers.IsSequence()) reject(servers, "servers must be a list of server names or globs");
    for (const auto& server : servers) canary.servers.push_back(text_of(server, "servers"));
  }
  return canary;
}

void read_limits(const YAML::Node& node, audit::Limits& limits) {
  const std::vector<std::pair<std::string, std::size_t*>> known{
      {"max_file_bytes", &limits.max_file_bytes},
      {"max_crl_bytes", &limits.max_crl_bytes},
      {"max_series", &limits.max_series},
      {"max_certificates_per_file", &limits.max_certificates_per_file}};
  Keys keys;
  for (const auto& [key, value] : known) keys.push_back(key);
  check_keys(node, "limits", keys);
  for (const auto& [key, value] : known) {
    if (const auto entry = node[key]) *value = count_of(entry, key);
  }
}

Settings read(const YAML::Node& root, const std::string& path) {
  Settings settings;
  if (root.IsNull()) return settings;
  check_keys(root, "the settings", {"nginx", "canaries", "limits"});
  if (const auto nginx = root["nginx"]) read_nginx(nginx, settings);
  if (const auto canaries = root["canaries"]) {
    if (!canaries.IsSequence()) reject(canaries, "canaries must be a list");
    std::set<std::string> names;
    for (const auto& node : canaries) {
      settings.canaries.push_back(read_canary(node, path));
      const std::string& name = settings.canaries.back().name;
      if (!names.insert(name).second) reject(node, "two canaries are called \"" + name + "\"");
    }
  }
  if (const auto limits = root["limits"]) read_limits(limits, settings.limits);
  return settings;
}

base::Error at(const std::string& path, const YAML::Mark& mark, const std::string& what) {
  return {base::ErrorCode::kParse,
          path + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1) +
              ": " + what,
          {}};
}

}  // namespace

base::Result<Settings> parse_settings(std::string_view text, const std::string& path) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.empty()) return Settings{};
    if (documents.size() > 1) reject(documents[1], "a second document would be ignored");
    return read(documents[0], path);
  } catch (const Mistake& mistake) {
    return tl::unexpected<base::Error>(at(path, mistake.mark, mistake.what));
  } catch (const YAML::Exception& error) {
    return tl::unexpected<base::Error>(at(path, error.mark, error.msg));
  }
}

}  // namespace mtls::daemon
