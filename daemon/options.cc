#include "daemon/options.h"

#include <charconv>
#include <map>
#include <sstream>

#include <CLI/CLI.hpp>

#include "daemon/build_info.h"

namespace mtls::daemon {
namespace {

constexpr const char* kDescription =
    "Prometheus exporter for the mTLS health of an nginx host: reads nginx's configuration, "
    "watches its client CA\n"
    "bundles, certificates and CRLs, and says what nginx will answer to clients, and until when.";

std::string version_text() {
  return "nginx-mtls-exporter, version " + std::string(exporter_version()) +
         " (revision: " + std::string(exporter_revision()) + ")\n";
}

// The texts as CLI11 collects them, before they become values.
struct Raw {
  Options options;
  std::string version, openssl, interval = "30s", level = "info", format = "logfmt";
};

void declare(CLI::App& app, Raw& raw) {
  Options& options = raw.options;
  app.add_subcommand("serve", "run the daemon (default)")->fallthrough();
  app.add_option("--config.file", options.config_file, "Settings file (YAML); none is needed")
      ->type_name("FILE");
  app.add_option("--nginx.conf", options.nginx_conf,
                 "Main configuration of nginx [/etc/nginx/nginx.conf]")
      ->type_name("FILE");
  app.add_option("--nginx.prefix", options.nginx_prefix,
                 "nginx's prefix [read from the nginx binary]")
      ->type_name("DIR");
  app.add_option("--nginx.version", raw.version,
                 "nginx's version, e.g. 1.22.1 [read from the nginx binary]");
  app.add_option("--nginx.openssl", raw.openssl,
                 "Version of nginx's OpenSSL [read from the nginx binary]");
  app.add_option("--web.listen-address", options.listen_addresses,
                 "Address to serve on, repeatable [:10059]")
      ->type_name("ADDRESS");
  app.add_option("--web.telemetry-path", options.telemetry_path, "Path of the metrics")
      ->capture_default_str();
  app.add_option("--rescan.interval", raw.interval,
                 "How often to look at every file without being told")
      ->capture_default_str();
  app.add_flag("--config.check", options.config_check, "Check the settings file and exit");
  app.add_option("--log.level", raw.level, "Log this level and above")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str();
  app.add_option("--log.format", raw.format, "Log as")
      ->check(CLI::IsMember({"logfmt", "json"}))
      ->capture_default_str();
  app.set_version_flag("--version", version_text());
}

std::optional<std::string> understand(Raw& raw) {
  const std::map<std::string, LogLevel> levels{{"debug", LogLevel::kDebug},
                                               {"info", LogLevel::kInfo},
                                               {"warn", LogLevel::kWarn},
                                               {"error", LogLevel::kError}};
  raw.options.log = {.level = levels.at(raw.level),
                     .format = raw.format == "json" ? LogFormat::kJson : LogFormat::kLogfmt};
  if (raw.options.listen_addresses.empty()) raw.options.listen_addresses = {":10059"};
  if (!raw.options.telemetry_path.starts_with('/') || raw.options.telemetry_path == "/") {
    return "--web.telemetry-path: must begin with / and be more than that";
  }
  if (const auto interval = parse_duration(raw.interval)) {
    raw.options.rescan_interval = *interval;
  } else {
    return "--rescan.interval: \"" + raw.interval + "\" is no duration; write 30s, 5m or 1h";
  }
  const auto version = [](const std::string& flag, const std::string& text,
                          std::optional<config::Version>& into) {
    if (text.empty()) return std::optional<std::string>{};
    into = config::parse_version(text);
    return into ? std::nullopt
                : std::optional(flag + ": \"" + text + "\" is no version; write 1.22.1");
  };
  if (auto error = version("--nginx.version", raw.version, raw.options.nginx_version)) return error;
  return version("--nginx.openssl", raw.openssl, raw.options.nginx_openssl);
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  const std::map<std::string_view, std::int64_t> milliseconds{
      {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};
  const auto factor = milliseconds.find(unit);
  constexpr std::int64_t kMost = 1'000'000;  // of any unit: far from overflow
  if (error != std::errc{} || factor == milliseconds.end() || count <= 0 || count > kMost)
    return std::nullopt;
  return std::chrono::milliseconds{count * factor->second};
}

std::variant<Options, Leave> parse_options(int argc, const char* const* argv) {
  Raw raw;
  CLI::App app(kDescription, "nginx-mtls-exporter");
  declare(app, raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {  // CLI11 also leaves this way for --help and --version
    std::ostringstream out;
    const int code = app.exit(error, out, out);
    return Leave{.code = code == 0 ? 0 : 2, .text = out.str()};
  }
  if (const auto mistake = understand(raw)) return Leave{.code = 2, .text = *mistake + "\n"};
  return raw.options;
}

}  // namespace mtls::daemon
