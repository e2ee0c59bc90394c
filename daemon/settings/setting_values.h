// Values of the settings file that several sections share. Each rejects a wrong one as
// strict_yaml.h does. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include <yaml-cpp/yaml.h>

namespace mtls::daemon::settings {

/// A whole number above 0. `key`: what messages call it.
std::size_t count_of(const YAML::Node& node, const std::string& key);

/// `true` or `false`.
bool flag_of(const YAML::Node& node, const std::string& key);

/// A parse_time_span() of at least a second.
std::chrono::seconds span_of(const YAML::Node& node, const std::string& key);

}  // namespace mtls::daemon::settings
