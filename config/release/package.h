// The distribution package that nginx comes from, as dpkg and the package's changelog tell it:
// distributions mend holes without another release number (R3.45, R9.1). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/nginx_build.h"

namespace mtls::config::release {

struct Package {
  std::string name;
  std::string version;  // `1.26.3-3+deb13u11`
  // The CVEs that its changelog names, sorted; nullopt: the changelog is not there, as in
  // containers without /usr/share/doc.
  std::optional<std::vector<std::string>> mended = {};

  bool operator==(const Package&) const = default;
};

/// From the text of a Debian changelog, whose newest entry is the first: `NAME (VERSION) …`.
/// nullopt: it does not begin so.
std::optional<Package> read_changelog(std::string_view text);

/// From the text of dpkg's status; nullopt: `name` is not installed.
std::optional<Package> read_dpkg_status(std::string_view text, std::string_view name);

/// The release that was packaged: of `1:1.26.3-3+deb13u11` 1.26.3; nullopt: it does not begin so.
std::optional<Version> upstream_version(const Package& package);

/// The directory that holds `usr/sbin/nginx`, without a trailing slash: "" for the host itself.
/// nullopt: distributions do not put nginx at this path.
std::optional<std::string> distribution_root(std::string_view binary);

}  // namespace mtls::config::release
