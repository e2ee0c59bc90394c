// Strict YAML for all our settings files: an unknown or repeated key, or a value of the wrong kind,
// is an error with its line and column. Knows no setting. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "base/result.h"

namespace mtls::daemon::system {

/// Calls `read` with the root of the one document in `text`, a null node if there is none. Whatever
/// the functions below reject becomes kParse, `PATH:LINE:COLUMN: what is wrong, what to do`.
base::Result<void> read_yaml(std::string_view text, const std::string& path,
                             const std::function<void(const YAML::Node& root)>& read);

/// Rejects a node: leaves `read` by an exception that read_yaml() catches.
[[noreturn]] void reject(const YAML::Node& node, std::string what);

using YamlKeys = std::vector<std::string>;

/// Requires a map with keys out of `known`, each at most once. `where` names the map in messages.
void check_keys(const YAML::Node& map, const std::string& where, const YamlKeys& known);
/// Requires a map with any keys, each at most once.
void check_unique_keys(const YAML::Node& map, const std::string& where);
/// Requires a scalar that is not empty, and returns it.
std::string text_of(const YAML::Node& node, const std::string& key);

/// `a, b, c`
std::string listed(const YamlKeys& keys);
/// A path named in the file at `settings_path`; relative paths are relative to the directory of
/// that file.
std::string joined(const std::string& path, const std::string& settings_path);

}  // namespace mtls::daemon::system
