// The command line of the daemon: flags to values, or the text and exit code to leave with. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "config/nginx_build.h"
#include "daemon/log.h"

namespace mtls::daemon {

struct Options {
  std::string config_file;  // "" = none needed
  std::optional<std::string> nginx_conf;
  std::optional<std::string> nginx_prefix;
  std::optional<config::Version> nginx_version;
  std::optional<config::Version> nginx_openssl;
  std::vector<std::string> listen_addresses;
  std::string telemetry_path = "/metrics";
  std::chrono::milliseconds rescan_interval{30'000};
  bool config_check = false;  // read the settings, say whether they are good, exit
  LogOptions log;
};

/// --help, --version and mistakes: print `text` and exit with `code` (0, or 2 for bad usage).
struct Leave {
  int code = 0;
  std::string text;
};

std::variant<Options, Leave> parse_options(int argc, const char* const* argv);

/// `500ms`, `30s`, `5m`, `1h`; nullopt: not a positive duration.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace mtls::daemon
