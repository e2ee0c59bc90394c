#include "daemon/settings/options.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>

#include <CLI/CLI.hpp>

#include "daemon/settings/build_info.h"
#include "reports/format_row.h"

namespace mtls::daemon::settings {
namespace {

constexpr const char* kDescription =
    "Prometheus exporter for mutual TLS (mTLS) on an nginx host. It reads nginx's configuration, "
    "watches its\n"
    "client CA bundles, certificates and CRLs, and predicts which clients nginx accepts, and until "
    "when.";

std::string version_text() {
  return "nginx-mtls-exporter, version " + std::string(exporter_version()) +
         " (revision: " + std::string(exporter_revision()) + ")\n";
}

// The texts as CLI11 collects them, before they are parsed.
struct Raw {
  Options options;
  std::string version, openssl, interval = "30s", level = "info", log_format = "logfmt";
  std::string check_format, fail_on = "warning", at;
  std::vector<std::string> clients;
  bool with_keys = false;
  std::string profile, missing_files;
  std::string bundle, bundle_client;  // CA_BUNDLE [CLIENT_CERT]
  std::string dump_format;
  std::vector<std::string> explained;
};

void declare_shared(CLI::App& app, Raw& raw) {
  Options& options = raw.options;
  app.add_option("--config.file", options.config_file, "Settings file (YAML); optional")
      ->type_name("FILE");
  app.add_option("--nginx.conf", options.nginx_conf,
                 "nginx's main configuration file [that of the running master, otherwise the one "
                 "compiled into nginx, otherwise /etc/nginx/nginx.conf]")
      ->type_name("FILE");
  app.add_option("--nginx.prefix", options.nginx_prefix,
                 "nginx's prefix [read from the nginx binary]")
      ->type_name("DIR");
  app.add_option("--nginx.version", raw.version,
                 "nginx's version, such as 1.22.1 [read from the nginx binary]")
      ->type_name("VERSION");
  app.add_option("--nginx.openssl", raw.openssl,
                 "Version of nginx's OpenSSL [read from the nginx binary]")
      ->type_name("VERSION");
  app.add_option("--log.level", raw.level, "Log messages of this level and above")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->type_name("LEVEL")
      ->capture_default_str();
  app.add_option("--log.format", raw.log_format, "Format of the log")
      ->check(CLI::IsMember({"logfmt", "json"}))
      ->type_name("FORMAT")
      ->capture_default_str();
  app.set_version_flag("--version", version_text());
}

// For CLI11: "" for 0 and above, whose own message would name the limits of a double.
std::string complaint_about_number(const std::string& text) {
  const bool is_number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? "" : "\"" + text + "\" is not a whole number; write 0 or more";
}

constexpr const char* kServeGroup = "Options of serve";

// These options belong to the program itself, because serve is what it does without a command.
void declare_serve(CLI::App& app, Raw& raw) {
  Options& options = raw.options;
  app.add_subcommand("serve", "Run the daemon (the default)")->fallthrough();
  app.add_option("--web.listen-address", options.listen_addresses,
                 "Address to listen on, repeatable: :PORT, HOST:PORT or unix:/PATH [:10059]")
      ->type_name("ADDRESS")
      ->group(kServeGroup);
  app.add_flag("--web.systemd-socket", options.systemd_socket,
               "Listen on the sockets of a systemd socket unit instead")
      ->group(kServeGroup);
  app.add_option("--web.config.file", options.web_config_file,
                 "File with TLS, authentication, headers and rate limit of the HTTP server "
                 "(web-config.yml)")
      ->type_name("FILE")
      ->group(kServeGroup);
  app.add_option("--web.telemetry-path", options.telemetry_path, "Path of the metrics")
      ->type_name("PATH")
      ->capture_default_str()
      ->group(kServeGroup);
  app.add_option("--web.max-requests", options.max_requests,
                 "Answer at most this many requests at once, the others get 503; 0: no limit")
      ->check(complaint_about_number)
      ->type_name("N")
      ->capture_default_str()
      ->group(kServeGroup);
  app.add_flag("--web.enable-lifecycle", options.enable_lifecycle,
               "Enable POST /-/reload, which reloads like SIGHUP")
      ->group(kServeGroup);
  app.add_flag(
         "--compat.blackbox", options.compat_blackbox,
         "Add probe_ssl_earliest_cert_expiry, for alert rules written for the blackbox exporter")
      ->group(kServeGroup);
  app.add_option("--rescan.interval", raw.interval,
                 "How often to look at every file, even if no change was reported")
      ->type_name("TIME")
      ->capture_default_str()
      ->group(kServeGroup);
  app.add_flag("--config.check", options.config_check,
               "Check the settings file and the web configuration, then exit")
      ->group(kServeGroup);
}

// Choices, default and help come from the table; an unknown name is told with all that are known.
template <class Report>
void declare_format(CLI::App& command, std::span<const reports::FormatRow<Report>> formats,
                    std::string& chosen) {
  std::vector<std::string> names;
  std::string help = "Print as";
  for (const auto& format : formats) {
    names.emplace_back(format.name);
    help += (names.size() == 1 ? " " : "; ") + names.back() + " (" + std::string(format.help) + ")";
  }
  chosen = names.front();
  command.add_option("--format", chosen, help)->check(CLI::IsMember(names))->capture_default_str();
}

// What check and dump read instead of this host.
void declare_inputs(CLI::App& command, Raw& raw) {
  command
      .add_option("--root", raw.options.root,
                  "Look up every path of nginx's below this directory: the root of a container "
                  "image, a checkout. PLACE=DIR, such as /etc=DIR, for a checkout of one directory")
      ->type_name("[PLACE=]DIR");
  command
      .add_option("--nginx.dump", raw.options.nginx_dump,
                  "Read the configuration from this output of nginx -T; - is standard input")
      ->type_name("FILE");
}

constexpr const char* kSharedFlags =
    "--config.file, --nginx.* and --log.* work as for serve; see nginx-mtls-exporter --help";

void declare_check(CLI::App& app, Raw& raw) {
  CLI::App& check = *app.add_subcommand("check", "Evaluate once, print what is wrong, and exit");
  check.fallthrough();
  declare_format(check, reports::formats::formats(), raw.check_format);
  declare_inputs(check, raw);
  check
      .add_option("--client-cert", raw.clients,
                  "Predict nginx's answer to this client, repeatable. FILE is PEM: the client's "
                  "certificate, then any others that it sends. NAME= is a client without a "
                  "certificate, a pattern such as 'DIR/*.pem' one client for each file")
      ->type_name("NAME=FILE")
      ->allow_extra_args(false);
  check
      .add_option("--clients", raw.options.check.client_files,
                  "Predict nginx's answer to each client certificate of this PEM file, repeatable; "
                  "its CA certificates are sent along. A pattern such as 'DIR/*.pem' is many files")
      ->type_name("FILE")
      ->allow_extra_args(false);
  check
      .add_option("--against", raw.options.check.against,
                  "Compare with another tree, or with a file that holds the output of nginx -T: "
                  "show what is better and worse, fail only for what is new")
      ->type_name("DIR|FILE");
  check
      .add_option("--at", raw.at,
                  "Evaluate as of this time: a date such as 2030-01-31, RFC 3339 such as "
                  "2030-01-01T00:00:00Z, or a time span from now such as +30d or +1y [now]")
      ->type_name("TIME");
  check
      .add_option("--fail-on", raw.fail_on,
                  "Exit with 1 if there is a finding of this severity or worse")
      ->check(CLI::IsMember({"critical", "warning", "info", "never"}))
      ->type_name("SEVERITY")
      ->capture_default_str();
  check.add_flag("--with-keys", raw.with_keys,
                 "Read private keys and compare them with their certificates");
  check.add_option("--profile", raw.profile, "Profile of rules; strict adds findings")
      ->check(CLI::IsMember({"default", "strict"}))
      ->type_name("PROFILE")
      ->capture_default_str();
  check
      .add_option(
          "--missing-files", raw.missing_files,
          "How to report files that are not there [error; with --root and --nginx.dump warn]")
      ->check(CLI::IsMember({"error", "warn"}))
      ->type_name("HOW");
  check
      .add_option("CA_BUNDLE", raw.bundle,
                  "Check this file of client CAs instead of nginx's configuration")
      ->type_name("FILE");
  check.add_option("CLIENT_CERT", raw.bundle_client, "A client that CA_BUNDLE must accept")
      ->type_name("FILE");
  check.footer(kSharedFlags);
}

void declare_dump(CLI::App& app, Raw& raw) {
  CLI::App& dump =
      *app.add_subcommand("dump", "Print how the configuration was understood, and exit");
  dump.fallthrough();
  declare_format(dump, reports::dump::formats(), raw.dump_format);
  declare_inputs(dump, raw);
  dump.footer(kSharedFlags);
}

void declare_explain(CLI::App& app, Raw& raw) {
  CLI::App& explain = *app.add_subcommand(
      "explain", "Explain a name, a code or a line of nginx, openssl or curl, and exit");
  explain.fallthrough();
  explain
      .add_option("what", raw.explained,
                  "What to explain: ca-expired, NginxMtlsNotEnforced, X509_V_ERR_CERT_HAS_EXPIRED, "
                  "10, alert 48, 496, or a line of nginx's log, openssl or curl [standard input]")
      ->type_name("WHAT");
}

using Mistake = std::optional<std::string>;

Mistake understand_version(const std::string& flag, const std::string& text,
                           std::optional<config::Version>& into) {
  if (text.empty()) return std::nullopt;
  into = config::parse_version(text);
  return into ? std::nullopt
              : Mistake(flag + ": \"" + text + "\" is not a version; write one such as 1.22.1");
}

Mistake understand_serve(Raw& raw) {
  Options& options = raw.options;
  if (options.listen_addresses.empty()) options.listen_addresses = {":10059"};
  if (!options.telemetry_path.starts_with('/') || options.telemetry_path == "/") {
    return "--web.telemetry-path: \"" + options.telemetry_path +
           "\" must begin with / and be longer than that; write a path such as /metrics";
  }
  const auto interval = parse_duration(raw.interval);
  if (!interval) {
    return "--rescan.interval: \"" + raw.interval +
           "\" is not a duration; write one such as 30s, 5m or 1h";
  }
  options.rescan_interval = *interval;
  return std::nullopt;
}

Mistake understand_client(const std::string& text, std::vector<ClientCertificate>& clients) {
  const std::size_t sign = text.find('=');
  const bool has_name = sign != std::string::npos && sign > 0;
  const std::string path = has_name ? text.substr(sign + 1) : text;
  if (path.find_first_of("*?[") != std::string::npos) {
    clients.push_back({.name = {}, .path = path});
    return std::nullopt;
  }
  if (!has_name) {
    return "--client-cert: \"" + text + "\" must be NAME=FILE, or a pattern such as 'DIR/*.pem'";
  }
  const std::string name = text.substr(0, sign);
  const bool is_known = std::any_of(clients.begin(), clients.end(),
                                    [&](const auto& client) { return client.name == name; });
  if (is_known) return "--client-cert: two clients are named \"" + name + "\"; rename one of them";
  clients.push_back({.name = name, .path = path});
  return std::nullopt;
}

constexpr const char* kExclude = " exclude each other; give only one of them";

Mistake understand_bundle(const Raw& raw, CheckOptions& check) {
  if (raw.bundle.empty()) return std::nullopt;
  for (const auto& [flag, is_given] :
       {std::pair{"--nginx.conf", raw.options.nginx_conf.has_value()},
        std::pair{"--root", !raw.options.root.empty()},
        std::pair{"--nginx.dump", !raw.options.nginx_dump.empty()},
        std::pair{"--against", !raw.options.check.against.empty()}}) {
    if (is_given) return std::string("CA_BUNDLE and ") + flag + kExclude;
  }
  check.bundle = raw.bundle;
  check.bundle_client = raw.bundle_client;
  return std::nullopt;
}

Mistake understand_check(Raw& raw) {
  const std::map<std::string, std::optional<audit::Severity>> bars{
      {"critical", audit::Severity::kCritical},
      {"warning", audit::Severity::kWarning},
      {"info", audit::Severity::kInfo},
      {"never", std::nullopt}};
  CheckOptions& check = raw.options.check;
  for (const std::string& file : check.client_files) {
    if (file == "observed")
      return "--clients: this release observes no clients; name a file (./observed, if it is one)";
  }
  check.format = reports::find_format(reports::formats::formats(), raw.check_format);
  check.fail_on = bars.at(raw.fail_on);
  if (raw.with_keys) check.keys = audit::KeyAccess::kCompare;
  if (!raw.profile.empty()) {
    check.profile = raw.profile == "strict" ? audit::Profile::kStrict : audit::Profile::kDefault;
  }
  if (!raw.missing_files.empty()) {
    check.missing_files =
        raw.missing_files == "warn" ? audit::MissingFiles::kWarning : audit::MissingFiles::kRefusal;
  }
  if (auto mistake = understand_bundle(raw, check)) return mistake;
  for (const std::string& client : raw.clients) {
    if (auto mistake = understand_client(client, check.clients)) return mistake;
  }
  if (raw.at.empty()) return std::nullopt;
  const auto at = parse_assessed_at(raw.at);
  if (!at)
    return "--at: \"" + raw.at +
           "\" is not a time; write one such as 2030-01-31, 2030-01-01T00:00:00Z or +30d";
  check.at = *at;
  return std::nullopt;
}

// The flags of serve belong to the program itself, so CLI11 accepts them after any command.
Mistake understand_command(const CLI::App& app, Options& options) {
  if (app.got_subcommand("check")) options.command = Command::kCheck;
  if (app.got_subcommand("dump")) options.command = Command::kDump;
  if (app.got_subcommand("explain")) options.command = Command::kExplain;
  if (options.command == Command::kServe) return std::nullopt;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group() == kServeGroup && option->count() > 0) {
      return option->get_name() + " is only for serve, not for the other commands";
    }
  }
  return std::nullopt;
}

Mistake understand(const CLI::App& app, Raw& raw) {
  const std::map<std::string, system::log::LogLevel> levels{
      {"debug", system::log::LogLevel::kDebug},
      {"info", system::log::LogLevel::kInfo},
      {"warn", system::log::LogLevel::kWarn},
      {"error", system::log::LogLevel::kError}};
  Options& options = raw.options;
  options.log = {.level = levels.at(raw.level),
                 .format = raw.log_format == "json" ? system::log::LogFormat::kJson
                                                    : system::log::LogFormat::kLogfmt};
  options.dump_format = reports::find_format(reports::dump::formats(), raw.dump_format);
  for (const std::string& word : raw.explained) {
    options.explained += (options.explained.empty() ? "" : " ") + word;
  }
  if (auto mistake = understand_command(app, options)) return mistake;
  if (options.nginx_conf && !options.nginx_dump.empty())
    return std::string("--nginx.conf and --nginx.dump") + kExclude;
  if (auto mistake = understand_serve(raw)) return mistake;
  if (auto mistake = understand_check(raw)) return mistake;
  if (auto mistake = understand_version("--nginx.version", raw.version, options.nginx_version))
    return mistake;
  return understand_version("--nginx.openssl", raw.openssl, options.nginx_openssl);
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  const std::map<std::string_view, std::int64_t> milliseconds{
      {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};
  const auto factor = milliseconds.find(unit);
  constexpr std::int64_t kMost = 1'000'000;  // of any unit, far from overflow
  if (error != std::errc{} || factor == milliseconds.end() || count <= 0 || count > kMost)
    return std::nullopt;
  return std::chrono::milliseconds{count * factor->second};
}

std::variant<Options, Leave> parse_options(int argc, const char* const* argv) {
  Raw raw;
  CLI::App app(kDescription, "nginx-mtls-exporter");
  declare_serve(app, raw);
  declare_check(app, raw);
  declare_dump(app, raw);
  declare_explain(app, raw);
  declare_shared(app, raw);
  app.require_subcommand(0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {  // CLI11 also leaves this way for --help and --version
    std::ostringstream out;
    const int code = app.exit(error, out, out);
    return Leave{.code = code == 0 ? 0 : 2, .text = out.str()};
  }
  if (const auto mistake = understand(app, raw)) return Leave{.code = 2, .text = *mistake + "\n"};
  return raw.options;
}

}  // namespace mtls::daemon::settings
