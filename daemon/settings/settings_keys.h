// The keys of the settings file, with their forms and defaults: what the reader lets through, and
// what the manual page says. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mtls::daemon::settings {

struct SettingsKey {
  std::string_view path;   // `policy.accept[].rule`; `[]`: of each entry of a list
  std::string_view value;  // its form: `FILE`; "": keys below it
  std::string_view usual;  // without it; "": nothing, or help says so
  std::string_view help;
};

/// A key stands before those below it.
std::span<const SettingsKey> settings_keys();

/// The names right below `section`, as `nginx` or `policy.accept[]`; "": of the file.
std::vector<std::string> keys_in(std::string_view section);

}  // namespace mtls::daemon::settings
