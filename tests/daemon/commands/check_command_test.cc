// Options of check, with the real binary: clients, a bundle alone, a profile, a host without the
// files. And check, the API and the metrics give the same verdict.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/daemon/commands/run.h"
#include "tests/support/nginx_runner.h"

namespace mtls::daemon::testing {
namespace {

using nlohmann::json;

/// check on dir/nginx.conf.
Outcome check(const TempDir& dir, std::vector<std::string> flags) {
  flags.insert(flags.begin(), {"check", "--nginx.conf=" + dir.path("nginx.conf"),
                               "--nginx.version=1.22.1", "--nginx.openssl=3.0.0"});
  return run(flags);
}

/// A server block that asks for clients of `ca`.
void write_tree(const TempDir& dir, const Minted& ca) {
  write_server_certificate(dir);
  dir.write("ca.pem", ca.certificate_pem);
  dir.write("nginx.conf", nginx_conf(asking_server("a", "ca.pem")));
}

// Text that is wrapped for people.
std::string on_one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const bool is_blank = c == ' ' || c == '\n';
    if (!is_blank || !line.ends_with(' ')) line += is_blank ? ' ' : c;
  }
  return line;
}

json first_server(const Outcome& outcome) {
  return json::parse(outcome.output).at("servers").at(0);
}

std::vector<std::string> rules_of(const Outcome& outcome) {
  std::vector<std::string> rules;
  const json document = json::parse(outcome.output);
  for (const json& finding : document.at("findings")) {
    rules.push_back(finding.at("rule"));
  }
  return rules;
}

TEST_CASE(
    "check: the files of a pattern are clients named by their stems, NAME= has no certificate") {
  const TempDir dir;
  const Minted ca = authority("CA");
  write_tree(dir, ca);
  dir.write("clients/a.pem", client("a", ca).certificate_pem);
  dir.write("clients/b.pem", client("b", authority("Another")).certificate_pem);
  const Outcome outcome = check(dir, {"--format=json", "--fail-on=critical", "--client-cert",
                                      dir.path("clients/*.pem"), "--client-cert", "nobody="});
  CAPTURE(outcome.error);
  CHECK(outcome.code == 0);
  const json clients = json::parse(outcome.output).at("servers").at(0).at("clients");
  REQUIRE(clients.size() == 3);
  CHECK(clients[0].at("name") == "a");
  CHECK(clients[0].at("code") == 0);
  CHECK(clients[1].at("name") == "b");
  CHECK(clients[1].at("code") == 21);
  CHECK(clients[2].at("name") == "nobody");
  CHECK(clients[2].at("client_verify") == "NONE");
  CHECK(clients[2].at("http_status") == 400);
}

TEST_CASE("check: a client may not take the name of a canary") {
  const TempDir dir;
  const Minted ca = authority("CA");
  write_tree(dir, ca);
  const std::string pem = dir.write("a.pem", client("a", ca).certificate_pem);
  const std::string settings =
      dir.write("settings.yml", "canaries: [{name: a, certificate: a.pem}]\n");
  const Outcome outcome = check(dir, {"--config.file", settings, "--client-cert", "a=" + pem});
  CHECK(outcome.code == 2);
  CHECK(outcome.output.empty());
  CHECK_THAT(outcome.error, Catch::Contains("the settings have a canary named"));
}

TEST_CASE("check: a bundle alone is judged without any configuration, a refused client is exit 1") {
  const TempDir dir;
  const Minted ca = authority("CA");
  const std::string bundle = dir.write("ca.pem", ca.certificate_pem);
  const std::string good = dir.write("good.pem", client("good", ca).certificate_pem);
  const std::string bad = dir.write("bad.pem", client("bad", authority("B")).certificate_pem);
  const std::string dying = dir.write("dying.pem", authority("Old", 10 * 24h).certificate_pem);
  const std::string broken =
      dir.write("broken.pem", ca.certificate_pem + "-----BEGIN CERTIFICATE-----\n");
  struct Row {
    std::vector<std::string> flags;
    int code;
    std::string part;
  };
  for (const Row& row : std::vector<Row>{
           {{bundle}, 0, "0 critical, 0 warning, 0 info"},
           {{bundle, good}, 0, "good.pem at http//0.0.0.0:443: accepted, SUCCESS"},
           {{bundle, bad}, 1, "CRITICAL canary-rejected"},
           {{bundle, bad, "--fail-on=never"}, 0, "(21)"},
           {{bundle, good, "--at=+150d"}, 1, "(10)"},
           {{bundle, "--client-cert", "bad=" + bad}, 0, "refused"},
           {{dying}, 1, "ca-expires-soon"},
           {{broken}, 2, "nginx refuses this configuration"},
           {{dir.path("none.pem")}, 2, "none.pem"},
       }) {
    CAPTURE(row.flags);
    std::vector<std::string> flags = row.flags;
    flags.insert(flags.begin(), "check");
    const Outcome outcome = run(flags);
    CAPTURE(outcome.output, outcome.error);
    CHECK(outcome.code == row.code);
    CHECK_THAT(outcome.output, Catch::Contains(row.part));
    CHECK_THAT(outcome.output, !Catch::Contains("(command line)"));
  }
  const Outcome no_client = run({"check", bundle, dir.path("none.pem")});
  CHECK(no_client.code == 2);
  CHECK(no_client.output.empty());
  CHECK_THAT(no_client.error, Catch::Contains("none.pem"));
}

TEST_CASE("check: the formats for other programs, with the exit codes that these expect") {
  const TempDir dir;
  const Minted ca = authority("CA");
  write_tree(dir, ca);
  const std::string bad = dir.write("bad.pem", client("bad", authority("Another")).certificate_pem);
  const std::string settings =
      dir.write("settings.yml", "canaries: [{ name: bad, certificate: " + bad + " }]\n");
  struct Row {
    std::string format;
    int healthy;
    int refused;
    std::string says;  // about the canary
  };
  for (const Row& row : {Row{"junit", 0, 1, "<failure type=\"critical\""},
                         Row{"sarif", 0, 1, "\"ruleId\": \"canary-rejected\""},
                         Row{"github", 0, 1, "title=canary-rejected::"},
                         Row{"nagios", 0, 2, "NGINX MTLS CRITICAL - 1 critical"},
                         Row{"prom", 0, 1, "nginx_mtls_canary_accepted{canary=\"bad\""}}) {
    CAPTURE(row.format);
    const std::string format = "--format=" + row.format;
    const Outcome healthy = check(dir, {format, "--fail-on=critical"});
    CHECK(healthy.code == row.healthy);
    CHECK_THAT(healthy.output, !Catch::Contains(row.says));
    const Outcome refused = check(dir, {format, "--fail-on=critical", "--config.file=" + settings});
    CHECK(refused.code == row.refused);
    CHECK_THAT(refused.output, Catch::Contains(row.says));
    const Outcome bundle = run({"check", format, dir.path("ca.pem"), bad});
    CHECK(bundle.code == row.refused);
    CHECK_THAT(bundle.output, !Catch::Contains("(command line)"));
  }
}

TEST_CASE(
    "check: a file that nginx would wait for or cannot open is reported, whatever it is for") {
  const TempDir dir;
  const Minted ca = authority("CA");
  REQUIRE(::mknod(dir.path("socket").c_str(), S_IFSOCK | 0600, 0) == 0);
  REQUIRE(::mkfifo(dir.path("fifo").c_str(), 0600) == 0);
  struct Row {
    std::string more;  // of the http block
    int code;
    const char* said;
  };
  for (const Row& row :
       {Row{"include fifo;", 2, "fifo\" waits until somebody writes into this FIFO in"},
        Row{"include socket;", 2, "socket\" failed (6: No such device or address) in"},
        Row{asking_server("b", "fifo"), 1, "fifo, nginx waits until somebody writes to it"},
        Row{asking_server("b", "socket"), 2, "No such device or address:calling fopen("}}) {
    CAPTURE(row.more);
    write_tree(dir, ca);
    dir.write("nginx.conf", nginx_conf(asking_server("a", "ca.pem") + row.more));
    const Outcome outcome = check(dir, {});
    CHECK(outcome.code == row.code);
    CHECK_THAT(on_one_line(outcome.output), Catch::Contains(row.said));
  }
}

// The test runs as root: what is started then gets another user, whom permission bits bind.
const Launcher kNobody{"/usr/bin/setpriv",
                       "--reuid=65534",
                       "--regid=65534",
                       "--clear-groups",
                       "--bounding-set=-all",
                       "--inh-caps=-all",
                       "--"};

Outcome check_unprivileged(const TempDir& dir, std::vector<std::string> flags) {
  flags.insert(flags.begin(), {"check", "--nginx.conf=" + dir.path("nginx.conf"),
                               "--nginx.version=1.22.1", "--nginx.openssl=3.0.0"});
  ChildProcess process = exporter(flags, {}, kNobody);
  return outcome_of(process);
}

// What nginx says to ca.pem, as the user who may not read it; "" when it takes it.
std::string nginx_as_nobody(const TempDir& dir) {
  std::vector<std::string> argv = kNobody;
  argv.insert(argv.end(), {mtls::testing::nginx_under_test(), "-t", "-e", "stderr", "-p",
                           dir.path(), "-c", dir.path("nginx.conf")});
  ChildProcess process({.argv = argv});
  return outcome_of(process).error;
}

TEST_CASE("check: what this user may not read and nginx can is no refusal, and nobody is refused") {
  if (::geteuid() != 0) return;  // an own file can always be read
  const TempDir dir;
  const Minted ca = authority("CA");
  write_tree(dir, ca);
  const std::string client_pem = dir.write("a.pem", client("a", ca).certificate_pem);
  const std::string bundle = dir.path("ca.pem");
  run_in(dir, "chmod -R a+rX . && chmod 640 ca.pem");
  if (mtls::testing::NginxRunner::available()) {
    CHECK(mtls::testing::NginxRunner::test(dir).exit_code == 0);  // root's nginx reads it
    CHECK_THAT(nginx_as_nobody(dir),
               Catch::Contains(bundle) && Catch::Contains("Permission denied"));
  }
  const std::vector<std::string> clients{"--client-cert", "a=" + client_pem};
  const Outcome text = check_unprivileged(dir, clients);
  CAPTURE(text.output, text.error);
  CHECK(text.code == 1);
  const std::string said = on_one_line(text.output);
  CHECK_THAT(
      said, Catch::Contains("1 file cannot be read here") &&
                Catch::Contains("WARNING unreadable-by-exporter " + dir.path("nginx.conf") + ":") &&
                Catch::Contains("^ the exporter may not read it (mode 640, owner root, group "
                                "root); an nginx whose master runs as root can read it") &&
                Catch::Contains("File: " + bundle + " ") &&
                Catch::Contains("client a at http/a/127.0.0.1:8443: not known"));
  CHECK_THAT(said,
             !Catch::Contains("CRITICAL") && !Catch::Contains("nginx refuses this configuration"));
  std::vector<std::string> flags = clients;
  flags.emplace_back("--format=json");
  const json document = json::parse(check_unprivileged(dir, flags).output);
  CHECK(document.at("nginx").at("errors").empty());
  CHECK(document.at("servers").at(0).at("clients").at(0).at("accepted").is_null());
  CHECK(rules_of(check_unprivileged(dir, {"--format=json"})) ==
        std::vector<std::string>{"unreadable-by-exporter"});
  CHECK(rules_of(check(dir, {"--format=json"})).empty());  // root reads it
  const std::string other = dir.write("more.conf", "");
  dir.write("nginx.conf", nginx_conf(asking_server("a", "ca.pem") + "include more.conf;"));
  run_in(dir, "chmod 644 ca.pem nginx.conf && chmod 600 more.conf");
  const Outcome part = check_unprivileged(dir, {});
  CHECK(part.code == 2);
  CHECK_THAT(on_one_line(part.output),
             Catch::Contains("open() \"" + other +
                             "\" failed (13: Permission denied), mode 600, "
                             "owner root, group root") &&
                 !Catch::Contains("nginx refuses this configuration"));
  // What the file adds may open the server block.
  CHECK(first_server(check_unprivileged(dir, {"--format=json"})).at("enforced").is_null());
  CHECK(first_server(check(dir, {"--format=json"})).at("enforced") == true);
}

TEST_CASE("check: a directory that this user may not search is not an empty one") {
  if (::geteuid() != 0) return;  // root may search every directory
  const TempDir dir;
  write_tree(dir, authority("CA"));
  run_in(dir, "mkdir -m 755 conf.d more");
  dir.write("conf.d/a.conf", asking_server("a", "ca.pem"));
  dir.write("nginx.conf", nginx_conf("include conf.d/*.conf; include more/*.conf;"));
  run_in(dir, "chmod -R a+rX .");
  CHECK(check_unprivileged(dir, {}).code == 0);
  run_in(dir, "chmod 700 conf.d");
  const Outcome closed = check_unprivileged(dir, {});
  CHECK(closed.code == 2);
  CHECK_THAT(on_one_line(closed.output),
             Catch::Contains("WARNING unreadable-by-exporter " + dir.path("nginx.conf") + ":") &&
                 Catch::Contains("glob() \"" + dir.path("conf.d/*.conf") + "\" cannot search") &&
                 !Catch::Contains("nothing to judge"));
  CHECK(check(dir, {}).code == 0);
}

TEST_CASE("check: the strict profile adds findings on a host that has none otherwise") {
  const TempDir dir;
  write_tree(dir, authority("CA"));
  dir.write("nginx.conf", nginx_conf(asking_server("a", "ca.pem") + tls_server("b", "")));
  const auto usual = rules_of(check(dir, {"--format=json"}));
  const Outcome strict = check(dir, {"--format=json", "--profile=strict"});
  CHECK(strict.code == 1);
  const auto more = rules_of(strict);
  for (const char* rule : {"no-client-revocation", "verify-client-off-with-ca"}) {
    CAPTURE(rule);
    CHECK(std::count(usual.begin(), usual.end(), rule) == 0);
    CHECK(std::count(more.begin(), more.end(), rule) == 1);
  }
}

TEST_CASE("check: missing files are refusals, or warnings with --missing-files warn") {
  const TempDir dir;
  dir.write("nginx.conf", nginx_conf(asking_server("a", "ca.pem")));
  const Outcome refused = check(dir, {"--format=json"});
  CHECK(refused.code == 2);
  CHECK_FALSE(json::parse(refused.output).at("nginx").at("errors").empty());
  const Outcome excused = check(dir, {"--format=json", "--missing-files=warn"});
  CHECK(excused.code == 1);
  CHECK(json::parse(excused.output).at("nginx").at("errors").empty());
  const auto rules = rules_of(excused);
  CHECK(std::count(rules.begin(), rules.end(), "file-missing") > 0);
  for (const char* rule : {"nginx-refuses-config", "bundle-unreadable"}) {
    CHECK(std::count(rules.begin(), rules.end(), rule) == 0);
  }
  CHECK(check(dir, {"--missing-files=warn", "--fail-on=critical"}).code == 0);
  dir.write("nginx.conf", nginx_conf("include none.conf;"));
  CHECK(check(dir, {"--missing-files=warn"}).code == 2);
}

TEST_CASE("check: its JSON, the API and the metrics say the same about every client") {
  const TempDir dir;
  const Minted ca = authority("CA");
  write_tree(dir, ca);
  dir.write("good.pem", client("good", ca).certificate_pem);
  dir.write("bad.pem", client("bad", authority("Another")).certificate_pem);
  const std::string settings = dir.write("settings.yml",
                                         "canaries:\n  - {name: good, certificate: good.pem}\n"
                                         "  - {name: bad, certificate: bad.pem, expect: reject}\n");
  const Exporter daemon(dir, {"--config.file", settings});
  const auto answer = daemon.get("/api/v1/check");
  CHECK(answer.status == 200);
  CHECK(answer.headers.at("content-type") == "application/json");
  json served = json::parse(answer.body);
  const Outcome checked =
      check(dir, {"--format=json", "--config.file", settings, "--nginx.prefix", dir.path()});
  json printed = json::parse(checked.output);
  for (json* document : {&served, &printed}) document->erase("evaluated_at");
  CHECK(served == printed);

  const json& clients = served.at("servers").at(0).at("clients");
  REQUIRE(clients.size() == 2);
  for (const json& one : clients) {
    const Labels labels{{"canary", one.at("name")}, {"server", "a"}};
    CHECK(daemon.value("nginx_mtls_canary_error_code", labels) == one.at("code").get<double>());
    CHECK(daemon.value("nginx_mtls_canary_accepted", labels) ==
          (one.at("client_verify") == "SUCCESS" ? 1 : 0));
  }
}

}  // namespace
}  // namespace mtls::daemon::testing
