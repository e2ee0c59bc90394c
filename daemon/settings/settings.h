// The settings file (YAML) as a value. Strict: an unknown or repeated key is an error with its line
// and column. Opens no file. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/policy.h"
#include "base/result.h"
#include "daemon/settings/observer_settings.h"

namespace mtls::daemon::settings {

struct Settings {
  std::optional<std::string> nginx_conf;
  std::optional<std::string> nginx_prefix;
  std::optional<config::Version> nginx_version;
  std::vector<audit::CanarySetting> canaries;
  std::vector<audit::RotationSetting> rotations;
  audit::Limits limits;
  audit::Profile profile = audit::Profile::kDefault;
  audit::RuleSettings rules;
  std::vector<audit::AcceptSetting> accept;
  audit::Thresholds thresholds;
  audit::ProbeSettings probe;
  audit::LogSettings logs;
  std::optional<ObserverSettings> observer;  // nullopt: nobody observes
};

/// `path`: that of the file, absolute or not; relative certificate paths are relative to its
/// directory. Errors: kParse, with the message `PATH:LINE:COLUMN: what is wrong, what to do`.
base::Result<Settings> parse_settings(std::string_view text, const std::string& path);

}  // namespace mtls::daemon::settings
