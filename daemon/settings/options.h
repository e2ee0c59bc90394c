// The command line as values, or the text and exit code to leave with. Reads no file, so what the
// files say is checked later. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "audit/finding.h"
#include "audit/policy.h"
#include "config/nginx_build.h"
#include "daemon/settings/assessed_at.h"
#include "daemon/system/log/log.h"
#include "reports/clients/formats.h"
#include "reports/clients/selection.h"
#include "reports/dump/formats.h"
#include "reports/formats/formats.h"

namespace mtls::daemon::settings {

enum class Command { kServe, kCheck, kDump, kExplain, kFix, kClients };

/// `--client-cert NAME=FILE`: a client to predict nginx's answer for, without an expectation.
struct ClientCertificate {
  std::string name;  // ignored for a pattern: each file's stem is a name
  std::string path;  // or a pattern; "": a client without a certificate

  bool operator==(const ClientCertificate&) const = default;
};

struct CheckOptions {
  const reports::formats::Format* format =
      reports::formats::formats().data();                              // a row of the table
  std::optional<audit::Severity> fail_on = audit::Severity::kWarning;  // nullopt: never
  std::vector<ClientCertificate> clients;
  std::vector<std::string> client_files;  // --clients: PEM files or patterns, many clients in each
  bool observed = false;                  // --clients observed: those that the observer keeps
  std::string against;  // a directory or a dump that this is compared with; "": nothing
  AssessedAt at;
  audit::KeyAccess keys = audit::KeyAccess::kNever;
  std::optional<audit::Profile> profile;             // nullopt: as the settings say
  std::optional<audit::MissingFiles> missing_files;  // nullopt: a refusal, on their own host
  std::string bundle;         // CA_BUNDLE: check this file alone; "": nginx's configuration
  std::string bundle_client;  // CLIENT_CERT: a client that it must accept; "": none
};

/// Those that only fix has; --client-cert and --clients are those of CheckOptions.
struct FixOptions {
  std::string rule;    // an id; "": all
  std::string server;  // a glob over the first server_name; "": all
  bool write = false;  // into the files
};

/// Those that only clients has.
struct ClientsOptions {
  const reports::clients::Format* format =
      reports::clients::formats().data();  // a row of the table
  std::string state;                       // the file; "": as the settings say
  std::string erase;                       // `all`, or how a fingerprint begins; "": nothing
  reports::clients::Selection selection;
};

/// The options of all commands; those of other commands keep their defaults.
struct Options {
  Command command = Command::kServe;
  std::string config_file;  // "": none
  std::optional<std::string> nginx_conf;
  std::optional<std::string> nginx_prefix;
  std::optional<config::Version> nginx_version;
  std::optional<config::Version> nginx_openssl;
  std::string root;  // of check and dump: DIR or PLACE=DIR stands in for a host; "": this host
  std::string nginx_dump;  // of check and dump: a file with the output of nginx -T; "-": stdin
  std::vector<std::string> manifests;  // of check and dump: Kubernetes files; "-": stdin
  std::vector<std::string> listen_addresses;
  bool systemd_socket = false;  // serve on systemd's sockets instead of the addresses
  std::string web_config_file;  // "": plain HTTP for everybody
  std::string telemetry_path = "/metrics";
  std::size_t max_requests = 0;   // answered at once; 0: no limit
  bool enable_lifecycle = false;  // POST /-/reload
  bool compat_blackbox = false;   // probe_ssl_earliest_cert_expiry
  std::chrono::milliseconds rescan_interval{30'000};
  std::string state_directory;  // what a restart of this program must not forget; "": it does
  bool config_check = false;    // check the settings and exit
  system::log::LogOptions log;
  CheckOptions check;
  FixOptions fix;
  ClientsOptions clients;
  const reports::dump::Format* dump_format = reports::dump::formats().data();  // a row of the table
  std::string explained;  // what `explain` was asked; "": it stands on standard input
};

/// For --help, --version and mistakes: print `text` and exit with `code` (0, or 2 for bad usage).
struct Leave {
  int code = 0;
  std::string text;
};

std::variant<Options, Leave> parse_options(int argc, const char* const* argv);

/// `500ms`, `30s`, `5m`, `1h`; nullopt: not a positive duration.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace mtls::daemon::settings
