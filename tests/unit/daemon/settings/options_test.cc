#include "daemon/settings/options.h"

#include <catch2/catch.hpp>

#include <cstdlib>

namespace mtls::daemon {
namespace {

using namespace std::chrono_literals;

std::variant<settings::Options, settings::Leave> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "nginx-mtls-exporter");
  return settings::parse_options(static_cast<int>(arguments.size()), arguments.data());
}

TEST_CASE("options: without flags there are the defaults") {
  for (const std::vector<const char*>& arguments : {std::vector<const char*>{}, {"serve"}}) {
    const auto parsed = parse(arguments);
    REQUIRE(std::holds_alternative<settings::Options>(parsed));
    const settings::Options& options = std::get<settings::Options>(parsed);
    CHECK(options.config_file.empty());
    CHECK_FALSE(options.nginx_conf);
    CHECK_FALSE(options.nginx_prefix);
    CHECK_FALSE(options.nginx_version);
    CHECK_FALSE(options.nginx_openssl);
    CHECK(options.listen_addresses == std::vector<std::string>{":10059"});
    CHECK(options.telemetry_path == "/metrics");
    CHECK(options.max_requests == 0);
    CHECK_FALSE((options.systemd_socket || options.enable_lifecycle || options.compat_blackbox));
    CHECK(options.rescan_interval == 30s);
    CHECK(options.state_directory.empty());
    CHECK_FALSE(options.config_check);
    CHECK(options.log.level == system::log::LogLevel::kInfo);
    CHECK(options.log.format == system::log::LogFormat::kLogfmt);
  }
}

TEST_CASE("options: every flag is read, before and after the command, with = and without") {
  const auto parsed = parse({"--config.file=s.yml",
                             "--nginx.conf",
                             "n.conf",
                             "serve",
                             "--nginx.prefix=/p/",
                             "--nginx.version=1.26.3",
                             "--nginx.openssl=3.5.0",
                             "--web.listen-address=:1",
                             "--web.listen-address",
                             "[::1]:2",
                             "--web.telemetry-path=/m",
                             "--web.config.file=w.yml",
                             "--rescan.interval=5m",
                             "--state.directory=/state",
                             "--web.systemd-socket",
                             "--web.max-requests=9",
                             "--web.enable-lifecycle",
                             "--compat.blackbox",
                             "--log.level=debug",
                             "--log.format=json",
                             "--config.check"});
  REQUIRE(std::holds_alternative<settings::Options>(parsed));
  const settings::Options& options = std::get<settings::Options>(parsed);
  CHECK(options.config_file == "s.yml");
  CHECK(options.nginx_conf == "n.conf");
  CHECK(options.nginx_prefix == "/p/");
  CHECK(options.nginx_version == config::parse_version("1.26.3"));
  CHECK(options.nginx_openssl == config::parse_version("3.5.0"));
  CHECK(options.listen_addresses == std::vector<std::string>{":1", "[::1]:2"});
  CHECK(options.telemetry_path == "/m");
  CHECK(options.max_requests == 9);
  CHECK((options.systemd_socket && options.enable_lifecycle && options.compat_blackbox));
  CHECK(options.web_config_file == "w.yml");
  CHECK(options.rescan_interval == 5min);
  CHECK(options.state_directory == "/state");
  CHECK(options.config_check);
  CHECK(options.log.level == system::log::LogLevel::kDebug);
  CHECK(options.log.format == system::log::LogFormat::kJson);
}

TEST_CASE("options: systemd names the state directory, the flag another one") {
  const auto directory = [](const std::vector<const char*>& arguments) {
    return std::get<settings::Options>(parse(arguments)).state_directory;
  };
  ::setenv("STATE_DIRECTORY", "/var/lib/one:/var/lib/two", 1);
  CHECK(directory({}) == "/var/lib/one");
  CHECK(directory({"--state.directory=/other"}) == "/other");
  ::unsetenv("STATE_DIRECTORY");
  CHECK(directory({}).empty());
}

TEST_CASE("options: check and dump have flags of their own besides the shared ones") {
  const auto checked =
      parse({"check", "--format=json", "--client-cert", "a=x.pem", "--client-cert=b=c=d.pem",
             "--at=+30d", "--fail-on=info", "--with-keys", "--nginx.conf=n.conf"});
  REQUIRE(std::holds_alternative<settings::Options>(checked));
  const settings::Options& check = std::get<settings::Options>(checked);
  CHECK(check.command == settings::Command::kCheck);
  CHECK(check.nginx_conf == "n.conf");
  CHECK(check.check.format->name == "json");
  CHECK(check.check.clients ==
        std::vector<settings::ClientCertificate>{{.name = "a", .path = "x.pem"},
                                                 {.name = "b", .path = "c=d.pem"}});
  CHECK(check.check.at == settings::AssessedAt(std::chrono::days{30}));
  CHECK(check.check.fail_on == audit::Severity::kInfo);
  CHECK(check.check.keys == audit::KeyAccess::kCompare);

  const auto dumped = parse({"--nginx.conf=n.conf", "dump", "--format", "conf"});
  REQUIRE(std::holds_alternative<settings::Options>(dumped));
  CHECK(std::get<settings::Options>(dumped).command == settings::Command::kDump);
  CHECK(std::get<settings::Options>(dumped).dump_format->name == "conf");
  CHECK(std::get<settings::Options>(dumped).nginx_conf == "n.conf");
}

TEST_CASE("options: check defaults to text, warning, now and no keys; dump to json") {
  const auto parsed = parse({"check"});
  REQUIRE(std::holds_alternative<settings::Options>(parsed));
  const settings::Options& options = std::get<settings::Options>(parsed);
  CHECK(options.check.format->name == "text");
  CHECK(options.check.fail_on == audit::Severity::kWarning);
  CHECK(options.check.at == settings::AssessedAt(0s));
  CHECK(options.check.keys == audit::KeyAccess::kNever);
  CHECK(options.dump_format->name == "json");
  const auto never = parse({"check", "--fail-on=never"});
  REQUIRE(std::holds_alternative<settings::Options>(never));
  CHECK_FALSE(std::get<settings::Options>(never).check.fail_on);
}

TEST_CASE("options: a client may have no certificate, and a pattern stands for many") {
  const auto parsed = parse({"check", "--client-cert", "none=", "--client-cert", "/c/*.pem",
                             "--client-cert", "all=/d/[ab].pem"});
  REQUIRE(std::holds_alternative<settings::Options>(parsed));
  CHECK(std::get<settings::Options>(parsed).check.clients ==
        std::vector<settings::ClientCertificate>{{.name = "none", .path = ""},
                                                 {.name = "", .path = "/c/*.pem"},
                                                 {.name = "", .path = "/d/[ab].pem"}});
}

TEST_CASE("options: check accepts a bundle and a client instead of nginx's configuration") {
  const auto parsed = parse({"check", "--client-cert", "a=x.pem", "ca.pem", "client.pem",
                             "--profile=strict", "--missing-files=warn"});
  REQUIRE(std::holds_alternative<settings::Options>(parsed));
  const settings::CheckOptions& check = std::get<settings::Options>(parsed).check;
  CHECK(check.bundle == "ca.pem");
  CHECK(check.bundle_client == "client.pem");
  CHECK(check.profile == audit::Profile::kStrict);
  CHECK(check.missing_files == audit::MissingFiles::kWarning);
}

TEST_CASE("options: the arguments of explain are one text; without any it reads standard input") {
  for (const auto& [arguments, expected] :
       std::vector<std::pair<std::vector<const char*>, std::string>>{
           {{"explain", "ca-expired"}, "ca-expired"},
           {{"explain", "certificate", "has", "expired"}, "certificate has expired"},
           {{"explain"}, ""}}) {
    const auto parsed = parse(arguments);
    REQUIRE(std::holds_alternative<settings::Options>(parsed));
    CHECK(std::get<settings::Options>(parsed).command == settings::Command::kExplain);
    CHECK(std::get<settings::Options>(parsed).explained == expected);
  }
}

// Without white space: CLI11 wraps lines by its release.
std::string dense(std::string_view text) {
  std::string kept;
  for (const char c : text)
    if (c != ' ' && c != '\n') kept += c;
  return kept;
}

template <class Report>
void check_format_option(const char* command, std::span<const reports::FormatRow<Report>> formats) {
  CAPTURE(command);
  const auto help = std::get<settings::Leave>(parse({command, "--help"}));
  const auto mistake = std::get<settings::Leave>(parse({command, "--format=xml"}));
  CHECK(help.code == 0);
  CHECK(mistake.code == 2);
  for (const auto& format : formats) {
    CAPTURE(format.name);
    CHECK_THAT(dense(help.text),
               Catch::Contains(dense(std::string(format.name) + "(" + std::string(format.help))));
    CHECK_THAT(mistake.text, Catch::Contains("--format") && Catch::Contains("xml") &&
                                 Catch::Contains(std::string(format.name)));
    const auto parsed = parse({command, "--format", std::string(format.name).c_str()});
    REQUIRE(std::holds_alternative<settings::Options>(parsed));
    const auto& options = std::get<settings::Options>(parsed);
    const void* chosen = command == std::string_view("check")
                             ? static_cast<const void*>(options.check.format)
                             : static_cast<const void*>(options.dump_format);
    CHECK(chosen == &format);
  }
}

TEST_CASE("options: --format takes every format of the table; --help and a mistake list them") {
  check_format_option("check", reports::formats::formats());
  check_format_option("dump", reports::dump::formats());
}

TEST_CASE("options: a mistake exits with 2 and names the flag and its value") {
  struct Row {
    std::vector<const char*> arguments;
    std::vector<const char*> parts;
  };
  for (const Row& row : std::vector<Row>{
           {{"--nosuch"}, {"--nosuch"}},
           {{"nosuch"}, {"nosuch"}},
           {{"--nginx.conf"}, {"--nginx.conf"}},
           {{"--nginx.conf=a", "--nginx.conf=b"}, {"--nginx.conf"}},
           {{"--log.level=loud"}, {"--log.level", "loud", "warn"}},
           {{"--log.format=xml"}, {"--log.format", "xml", "json"}},
           {{"--rescan.interval=30"}, {"--rescan.interval", "\"30\"", "30s"}},
           {{"--rescan.interval=0s"}, {"--rescan.interval", "\"0s\""}},
           {{"--nginx.version=new"}, {"--nginx.version", "\"new\"", "1.22.1"}},
           {{"--nginx.openssl=x"}, {"--nginx.openssl", "\"x\""}},
           {{"--web.telemetry-path=metrics"}, {"--web.telemetry-path", "begin with /"}},
           {{"--web.max-requests=-1"}, {"--web.max-requests", "\"-1\" is not a whole number"}},
           {{"--web.max-requests=many"}, {"--web.max-requests"}},
           {{"--web.telemetry-path=/"}, {"--web.telemetry-path"}},
           {{"check", "--rescan.interval=5m"}, {"--rescan.interval", "only for serve"}},
           {{"check", "--client-cert=x.pem"}, {"--client-cert", "\"x.pem\"", "NAME=FILE"}},
           {{"check", "--client-cert==x.pem"}, {"--client-cert", "NAME=FILE"}},
           {{"check", "--client-cert=a=", "--client-cert=a="}, {"two clients", "\"a\""}},
           {{"check", "--nginx.conf=n.conf", "ca.pem"}, {"CA_BUNDLE", "--nginx.conf"}},
           {{"check", "--client-cert=a=x", "--client-cert=a=y"}, {"two clients", "\"a\""}},
           {{"check", "--at=tomorrow"}, {"--at", "\"tomorrow\"", "+30d"}},
           {{"serve", "--fail-on=never"}, {"--fail-on"}},
       }) {
    CAPTURE(row.arguments.front());
    const auto parsed = parse(row.arguments);
    REQUIRE(std::holds_alternative<settings::Leave>(parsed));
    const settings::Leave& leave = std::get<settings::Leave>(parsed);
    CHECK(leave.code == 2);
    CHECK(leave.text.ends_with('\n'));
    for (const char* part : row.parts) {
      CAPTURE(part, leave.text);
      CHECK(leave.text.find(part) != std::string::npos);
    }
  }
}

TEST_CASE("options: a duration is a positive whole number with its unit") {
  struct Row {
    const char* text;
    std::optional<std::chrono::milliseconds> expected;
  };
  for (const Row& row :
       {Row{"500ms", 500ms}, Row{"30s", 30s}, Row{"5m", 5min}, Row{"1h", 1h},
        Row{"1000000h", std::chrono::hours{1'000'000}}, Row{"1000001h", std::nullopt},
        Row{"99999999999999999999s", std::nullopt}, Row{"", std::nullopt}, Row{"s", std::nullopt},
        Row{"1", std::nullopt}, Row{"0s", std::nullopt}, Row{"-1s", std::nullopt},
        Row{"1.5s", std::nullopt}, Row{"+1s", std::nullopt}, Row{" 1s", std::nullopt},
        Row{"1 s", std::nullopt}, Row{"1d", std::nullopt}, Row{"1s1s", std::nullopt}}) {
    CAPTURE(row.text);
    CHECK(settings::parse_duration(row.text) == row.expected);
  }
}

}  // namespace
}  // namespace mtls::daemon
