#include "daemon/settings/command_line.h"

#include "daemon/settings/build_info.h"
#include "reports/format_row.h"

namespace mtls::daemon::settings {
namespace {

constexpr const char* kDescription =
    "Prometheus exporter for mutual TLS (mTLS) on an nginx host. It reads nginx's configuration, "
    "watches its\n"
    "client CA bundles, certificates and CRLs, and predicts which clients nginx accepts, and until "
    "when.";

constexpr const char* kInputs = "What is read";
constexpr const char* kClients = "Who is judged";
constexpr const char* kQuestion = "What is asked";
constexpr const char* kOutput = "What is printed";

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
  app.set_version_flag("-v,--version", build_description());
}

// For CLI11: "" for 0 and above, whose own message would name the limits of a double.
std::string complaint_about_number(const std::string& text) {
  const bool is_number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? "" : "\"" + text + "\" is not a whole number; write 0 or more";
}

// These options belong to the program itself, because serve is what it does without a command.
void declare_serve(CLI::App& app, Raw& raw) {
  Options& options = raw.options;
  app.footer(
      "Examples:\n"
      "  nginx-mtls-exporter --web.listen-address 127.0.0.1:10059\n"
      "  nginx-mtls-exporter check --at +30d\n"
      "  nginx-mtls-exporter help check");
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
  app.add_option("--state.directory", options.state_directory,
                 "Directory of the program's own, for what its restart must not forget: where it "
                 "stopped in nginx's logs, and what nginx has loaded [$STATE_DIRECTORY]")
      ->type_name("DIR")
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
  command.add_option("--format", chosen, help)
      ->check(CLI::IsMember(names))
      ->type_name("FORMAT")
      ->capture_default_str()
      ->group(kOutput);
}

// Lines of two blanks are commands: the man page shows them.
std::string footer(const std::string& examples) {
  return "--config.file, --nginx.* and --log.* work as for serve; see nginx-mtls-exporter "
         "--help\n\n"
         "Examples:\n" +
         examples;
}

// What check and dump read instead of this host.
void declare_inputs(CLI::App& command, Raw& raw) {
  command
      .add_option("--root", raw.options.root,
                  "Look up every path of nginx's below this directory: the root of a container "
                  "image, a checkout. PLACE=DIR, such as /etc=DIR, for a checkout of one directory")
      ->type_name("[PLACE=]DIR")
      ->group(kInputs);
  command
      .add_option("--nginx.dump", raw.options.nginx_dump,
                  "Read the configuration from this output of nginx -T; - is standard input")
      ->type_name("FILE")
      ->group(kInputs);
  command
      .add_option(
          "--ingress", raw.options.manifests,
          "Read the Ingress objects of these Kubernetes manifests, with the Secrets in them, "
          "as ingress-nginx reads them; - is standard input")
      ->type_name("FILE")
      ->group(kInputs);
}

void declare_clients(CLI::App& command, Raw& raw) {
  command
      .add_option("--client-cert", raw.clients,
                  "Predict nginx's answer to this client, repeatable. FILE is PEM: the client's "
                  "certificate, then any others that it sends. NAME= is a client without a "
                  "certificate, a pattern such as 'DIR/*.pem' one client for each file")
      ->type_name("NAME=FILE")
      ->allow_extra_args(false)
      ->group(kClients);
  command
      .add_option("--clients", raw.options.check.client_files,
                  "Predict nginx's answer to each client certificate of this PEM file, repeatable; "
                  "its CA certificates are sent along. A pattern such as 'DIR/*.pem' is many "
                  "files. With --against, `observed` is the clients that the observer keeps")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->group(kClients);
}

void declare_check(CLI::App& app, Raw& raw) {
  CLI::App& check = *app.add_subcommand("check", "Evaluate once, print what is wrong, and exit");
  check.fallthrough();
  declare_format(check, reports::formats::formats(), raw.check_format);
  declare_inputs(check, raw);
  declare_clients(check, raw);
  check
      .add_option("--against", raw.options.check.against,
                  "Compare with another tree, or with a file that holds the output of nginx -T: "
                  "show what is better and worse, fail only for what is new")
      ->type_name("DIR|FILE")
      ->group(kQuestion);
  check
      .add_option("--at", raw.at,
                  "Evaluate as of this time: a date such as 2030-01-31, RFC 3339 such as "
                  "2030-01-01T00:00:00Z, or a time span from now such as +30d or +1y [now]")
      ->type_name("TIME")
      ->group(kQuestion);
  check
      .add_option("--fail-on", raw.fail_on,
                  "Exit with 1 if there is a finding of this severity or worse")
      ->check(CLI::IsMember({"critical", "warning", "info", "never"}))
      ->type_name("SEVERITY")
      ->capture_default_str()
      ->group(kOutput);
  check
      .add_flag("--with-keys", raw.with_keys,
                "Read private keys and compare them with their certificates")
      ->group(kInputs);
  check.add_option("--profile", raw.profile, "Profile of rules; strict adds findings")
      ->check(CLI::IsMember({"default", "strict"}))
      ->type_name("PROFILE")
      ->capture_default_str()
      ->group(kQuestion);
  check
      .add_option("--missing-files", raw.missing_files,
                  "How to report files that are not there [error; with --root, --nginx.dump and "
                  "--ingress warn]")
      ->check(CLI::IsMember({"error", "warn"}))
      ->type_name("HOW")
      ->group(kInputs);
  check
      .add_option("CA_BUNDLE", raw.bundle,
                  "Check this file of client CAs instead of nginx's configuration")
      ->type_name("FILE");
  check.add_option("CLIENT_CERT", raw.bundle_client, "A client that CA_BUNDLE must accept")
      ->type_name("FILE");
  check.footer(footer(
      "  nginx-mtls-exporter check --at +30d --fail-on critical\n"
      "  ssh web-3 sudo nginx -T | nginx-mtls-exporter check --nginx.dump -\n"
      "  nginx-mtls-exporter check --nginx.conf nginx.conf --against ../main --clients all.pem"));
}

void declare_fix(CLI::App& app, Raw& raw) {
  CLI::App& fix = *app.add_subcommand(
      "fix", "Print the edits that mend findings as a unified diff, or write them, and exit");
  fix.fallthrough();
  fix.add_option("--rule", raw.options.fix.rule, "Mend the findings of this rule alone")
      ->type_name("ID")
      ->group(kQuestion);
  fix.add_option("--server", raw.options.fix.server,
                 "Mend those of server blocks whose first name matches this pattern alone")
      ->type_name("GLOB")
      ->group(kQuestion);
  fix.add_flag("--write", raw.options.fix.write,
               "Write the edits into the files; the old text is kept as .NAME.orig beside them")
      ->group(kOutput);
  fix.add_option("--root", raw.options.root,
                 "Look up every path of nginx's below this directory; [PLACE=]DIR as for check")
      ->type_name("[PLACE=]DIR")
      ->group(kInputs);
  declare_clients(fix, raw);
  fix.footer(
      footer("  nginx-mtls-exporter fix\n"
             "  nginx-mtls-exporter fix --rule depth-too-small --client-cert phone=phone.pem\n"
             "  nginx-mtls-exporter fix | patch -p1 -d /"));
}

void declare_dump(CLI::App& app, Raw& raw) {
  CLI::App& dump =
      *app.add_subcommand("dump", "Print how the configuration was understood, and exit");
  dump.fallthrough();
  declare_format(dump, reports::dump::formats(), raw.dump_format);
  declare_inputs(dump, raw);
  dump.footer(
      footer("  nginx-mtls-exporter dump --format conf > all-in-one.conf\n"
             "  nginx-mtls-exporter dump | jq '.servers[].settings.ssl_verify_client'\n"
             "  nginx-mtls-exporter dump --format opa | conftest test --policy policies -"));
}

void declare_observed(CLI::App& app, Raw& raw) {
  ClientsOptions& options = raw.options.clients;
  CLI::App& clients = *app.add_subcommand(
      "clients", "List the clients that came, as the observer keeps them, and exit");
  clients.fallthrough();
  clients
      .add_option("--state", options.state,
                  "The file in which they are kept [observer.state of the settings]")
      ->type_name("FILE")
      ->group(kInputs);
  clients
      .add_option("--server", options.selection.server, "Those of server blocks that match this")
      ->type_name("GLOB")
      ->group(kClients);
  clients
      .add_option("--ca", options.selection.ca,
                  "Those whose CA key has this hash, as the label ca of the metrics; its beginning "
                  "is enough")
      ->type_name("FINGERPRINT")
      ->group(kClients);
  clients.add_option("--expiring", raw.expiring, "Those whose certificate ends within this time")
      ->type_name("TIME")
      ->group(kClients);
  clients.add_flag("--refused", options.selection.refused, "Those that nginx refused last time")
      ->group(kClients);
  clients.add_option("--unused-since", raw.unused_since, "Those that did not come for so long")
      ->type_name("TIME")
      ->group(kClients);
  clients
      .add_option("--erase", options.erase,
                  "Erase the client with this fingerprint, or all, and list nothing")
      ->type_name("FINGERPRINT")
      ->group(kQuestion);
  declare_format(clients, reports::clients::formats(), raw.clients_format);
  clients.footer(
      footer("  nginx-mtls-exporter clients --expiring 30d\n"
             "  nginx-mtls-exporter clients --ca 9f86d081884c7d65 --format csv > still-old-ca.csv\n"
             "  nginx-mtls-exporter clients --erase 0123456789abcdef"));
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
  explain.footer(
      "Examples:\n"
      "  nginx-mtls-exporter explain ca-expired\n"
      "  nginx-mtls-exporter explain 21\n"
      "  tail -n 100 /var/log/nginx/error.log | nginx-mtls-exporter explain");
}

void declare_help(CLI::App& app, Raw& raw) {
  app.add_subcommand("help", "Print the flags of a command, and exit")
      ->add_option("COMMAND", raw.help_about,
                   "serve, check, fix, dump, clients, explain [all commands]");
  app.add_subcommand("completion", "Print the completions for a shell, and exit")
      ->add_option("SHELL", raw.shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  app.add_subcommand("man", "Print the manual page, and exit")
      ->add_option("SECTION", raw.man_section, "8: the program, 5: the settings file [8]")
      ->check(CLI::IsMember({"8", "5"}));
}

}  // namespace

void declare(CLI::App& app, Raw& raw) {
  app.description(kDescription);
  declare_serve(app, raw);
  declare_check(app, raw);
  declare_fix(app, raw);
  declare_dump(app, raw);
  declare_observed(app, raw);
  declare_explain(app, raw);
  declare_help(app, raw);
  declare_shared(app, raw);
  app.require_subcommand(0, 1);
}

}  // namespace mtls::daemon::settings
