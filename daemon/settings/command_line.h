// The flags of all commands, declared once for CLI11: parsing, --help, completions and the man page
// read them from here. Private to this room.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "daemon/settings/options.h"

namespace mtls::daemon::settings {

/// The texts as CLI11 collects them, before they are understood.
struct Raw {
  Options options;
  std::string version, openssl, interval = "30s", level = "info", log_format = "logfmt";
  std::string check_format, fail_on = "warning", at;
  std::vector<std::string> clients;
  bool with_keys = false;
  std::string profile, missing_files;
  std::string bundle, bundle_client;  // CA_BUNDLE [CLIENT_CERT]
  std::string dump_format;
  std::string clients_format, expiring, unused_since;
  std::vector<std::string> explained;
  std::string help_about;  // the command; "": the program
  std::string shell;       // of the completion
  std::string man_section = "8";
};

/// Those that only serve takes: they belong to the program itself, as serve is what it does without
/// a command.
inline constexpr const char* kServeGroup = "Options of serve";

/// `raw` must outlive `app`.
void declare(CLI::App& app, Raw& raw);

}  // namespace mtls::daemon::settings
