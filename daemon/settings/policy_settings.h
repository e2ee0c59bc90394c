// `policy` of the settings file: what counts as a finding, how badly, from when on, and what
// somebody lives with. Pure.
#pragma once

#include <string>

#include <yaml-cpp/yaml.h>

#include "daemon/settings/settings.h"

namespace mtls::daemon::settings {

/// `node`: the map `policy` of the settings file at `path`. Rejects it as strict_yaml.h does.
void read_policy_settings(const YAML::Node& node, const std::string& path, Settings& settings);

}  // namespace mtls::daemon::settings
