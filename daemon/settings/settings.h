// The settings file (YAML) as a Policy. Strict: an unknown or duplicate key is an error with line
// and column. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/policy.h"
#include "base/result.h"

namespace mtls::daemon::settings {

struct Settings {
  std::optional<std::string> nginx_conf;
  std::optional<std::string> nginx_prefix;
  std::optional<config::Version> nginx_version;
  std::vector<audit::CanarySetting> canaries;
  audit::Limits limits;
  audit::Profile profile = audit::Profile::kDefault;
  audit::RuleSettings rules;
};

/// `path`: of the file, absolute or not; relative certificate paths join its directory. kParse:
/// `PATH:LINE:COLUMN: what, what to do`.
base::Result<Settings> parse_settings(std::string_view text, const std::string& path);

}  // namespace mtls::daemon::settings
