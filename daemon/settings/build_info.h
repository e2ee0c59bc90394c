// Which build of the exporter this is, for --version, the status page and
// nginx_mtls_exporter_build_info. Pure.
#pragma once

#include <string>
#include <string_view>

namespace mtls::daemon::settings {

std::string_view exporter_version();   // "0.1.0"
std::string_view exporter_revision();  // of the source; "unknown" when built outside a checkout

/// What --version prints: the lines that Prometheus exporters print, without the last line end.
std::string build_description();

}  // namespace mtls::daemon::settings
