#include "daemon/settings/options.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>
#include <sstream>

#include "audit/rules/registry.h"
#include "base/text.h"
#include "daemon/settings/command_line.h"
#include "daemon/settings/help.h"
#include "reports/format_row.h"

namespace mtls::daemon::settings {
namespace {

using Mistake = std::optional<std::string>;

Mistake understand_version(const std::string& flag, const std::string& text,
                           std::optional<config::Version>& into) {
  if (text.empty()) return std::nullopt;
  into = config::parse_version(text);
  return into ? std::nullopt
              : Mistake(flag + ": \"" + text + "\" is not a version; write one such as 1.22.1");
}

// StateDirectory= of the unit; it may list several.
std::string systemd_state_directory() {
  const char* const listed = std::getenv("STATE_DIRECTORY");
  if (listed == nullptr) return "";
  const std::string_view all(listed);
  return std::string(all.substr(0, all.find(':')));
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
  if (options.state_directory.empty()) options.state_directory = systemd_state_directory();
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
        std::pair{"--ingress", !raw.options.manifests.empty()},
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
  if (std::erase(check.client_files, "observed") > 0) {
    if (check.against.empty()) {
      return "--clients: observed clients are compared; give --against too (a file of that name is "
             "./observed; `nginx-mtls-exporter clients` lists those that came)";
    }
    check.observed = true;
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

Mistake understand_span(const std::string& flag, const std::string& text,
                        std::optional<std::chrono::seconds>& into) {
  if (text.empty()) return std::nullopt;
  into = parse_time_span(text);
  return into ? std::nullopt
              : Mistake(flag + ": \"" + text + "\" is not a time; write one such as 30d or 12h");
}

Mistake understand_clients(Raw& raw) {
  ClientsOptions& clients = raw.options.clients;
  clients.format = reports::find_format(reports::clients::formats(), raw.clients_format);
  for (std::string* text : {&clients.selection.ca, &clients.erase}) {
    std::erase(*text, ':');
    *text = base::ascii_lower(*text);
  }
  constexpr std::size_t kLabelDigits = 16;
  const bool is_fingerprint =
      clients.erase.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!clients.erase.empty() && clients.erase != "all" &&
      (!is_fingerprint || clients.erase.size() < kLabelDigits)) {
    return "--erase: \"" + clients.erase +
           "\" is neither all nor a fingerprint of 16 digits or more";
  }
  if (auto mistake = understand_span("--expiring", raw.expiring, clients.selection.expiring))
    return mistake;
  return understand_span("--unused-since", raw.unused_since, clients.selection.unused_since);
}

// The flags of serve belong to the program itself, so CLI11 accepts them after any command.
Mistake understand_command(const CLI::App& app, Options& options) {
  if (app.got_subcommand("check")) options.command = Command::kCheck;
  if (app.got_subcommand("dump")) options.command = Command::kDump;
  if (app.got_subcommand("fix")) options.command = Command::kFix;
  if (app.got_subcommand("clients")) options.command = Command::kClients;
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
  if (options.nginx_conf && !options.manifests.empty())
    return std::string("--nginx.conf and --ingress") + kExclude;
  if (!options.nginx_dump.empty() && !options.manifests.empty())
    return std::string("--nginx.dump and --ingress") + kExclude;
  if (!options.root.empty() && !options.manifests.empty())
    return std::string("--root and --ingress") + kExclude;
  const std::string& rule = options.fix.rule;
  if (!rule.empty() && audit::rules::find_rule(rule) == nullptr)
    return "--rule: " + audit::rules::unknown_rule(rule);
  if (auto mistake = understand_serve(raw)) return mistake;
  if (auto mistake = understand_check(raw)) return mistake;
  if (auto mistake = understand_clients(raw)) return mistake;
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
  CLI::App app("", "nginx-mtls-exporter");
  declare(app, raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {  // CLI11 also leaves this way for --help and --version
    const bool is_help = error.get_name() == "CallForHelp";
    if (is_help && app.got_subcommand("serve")) return help_of("serve");
    std::ostringstream out;
    const int code = app.exit(error, out, out);
    return Leave{.code = code == 0 ? 0 : 2, .text = out.str() + suggestion(app, error)};
  }
  if (auto text = help_asked_for(app, raw)) return *text;
  if (const auto mistake = understand(app, raw)) return Leave{.code = 2, .text = *mistake + "\n"};
  return raw.options;
}

}  // namespace mtls::daemon::settings
