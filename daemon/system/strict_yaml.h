// YAML read strictly, for every settings file of ours: an unknown or repeated key and a value of
// the wrong kind are errors with line and column. Knows no setting. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "base/result.h"

namespace mtls::daemon::system {

/// Gives the root of the one document in `text` to `read`, a null node when there is none. What
/// `read` reads with the functions below may be wrong: kParse, `PATH:LINE:COLUMN: what, what to
/// do`.
base::Result<void> read_yaml(std::string_view text, const std::string& path,
                             const std::function<void(const YAML::Node& root)>& read);

/// These leave `read` by an exception that read_yaml() catches.
[[noreturn]] void reject(const YAML::Node& node, std::string what);

using YamlKeys = std::vector<std::string>;

/// A map with some of the `known` keys, each at most once. `where` names the map in messages.
void check_keys(const YAML::Node& map, const std::string& where, const YamlKeys& known);
/// A map whose keys are free, each at most once.
void check_unique_keys(const YAML::Node& map, const std::string& where);
/// A scalar that is not empty.
std::string text_of(const YAML::Node& node, const std::string& key);

/// `a, b, c`
std::string listed(const YamlKeys& keys);
/// A path of the file at `settings_path`: what is relative is relative to that file.
std::string joined(const std::string& path, const std::string& settings_path);

}  // namespace mtls::daemon::system
