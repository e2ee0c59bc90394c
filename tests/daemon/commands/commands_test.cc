// check and dump as people and scripts run them: exit codes, streams, and the output when nginx
// would refuse the configuration.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/daemon/exporter_fixture.h"
#include "tests/support/nginx_runner.h"

namespace mtls::daemon::testing {
namespace {

using nlohmann::json;

/// The command on dir/nginx.conf.
Outcome run(const TempDir& dir, std::vector<std::string> arguments) {
  for (const std::string& flag : {std::string("--nginx.conf=") + dir.path("nginx.conf"),
                                  std::string("--nginx.version=1.22.1")})
    arguments.push_back(flag);
  ChildProcess process = exporter(arguments);
  return outcome_of(process);
}

/// A server block that asks for clients of "CA", which ends `left` from now.
void write_tree(const TempDir& dir, const Minted& ca) {
  write_server_certificate(dir);
  dir.write("ca.pem", ca.certificate_pem);
  dir.write("nginx.conf", nginx_conf(asking_server("a", "ca.pem")));
}

TEST_CASE("commands: check exits by its findings and the threshold of --fail-on") {
  const TempDir dir;
  write_tree(dir, authority("CA", 10 * 24h));  // ca-expires-soon, a warning
  struct Row {
    std::vector<std::string> flags;
    int code;
  };
  for (const Row& row : std::vector<Row>{{{"check"}, 1},
                                         {{"check", "--fail-on", "info"}, 1},
                                         {{"check", "--fail-on", "critical"}, 0},
                                         {{"check", "--fail-on", "never"}, 0},
                                         {{"check", "--at", "+20d", "--fail-on", "critical"}, 1},
                                         {{"check", "--at", "+20d", "--fail-on", "never"}, 0},
                                         {{"check", "--format", "json"}, 1}}) {
    CAPTURE(row.flags);
    const Outcome outcome = run(dir, row.flags);
    CHECK(outcome.code == row.code);
    CHECK_THAT(outcome.output,
               Catch::Contains(row.flags.back() == "json" ? "\"ca-expires-soon\""
                                                          : "1 server block in 1 file"));
    CHECK(outcome.error.empty());
  }
}

TEST_CASE(
    "commands: if nginx would refuse the configuration, the exit code is 2 and all is printed "
    "anyway") {
  const TempDir dir;
  write_tree(dir, authority("CA"));
  dir.write("nginx.conf", nginx_conf(asking_server("a", "ca.pem")) + "}");
  struct Row {
    std::vector<std::string> flags;
    const char* part;
  };
  for (const Row& row : std::vector<Row>{
           {{"check", "--fail-on=never"}, "unexpected \"}\" in "},
           {{"check", "--format=json"}, "\"unexpected \\\"}\\\"\""},
           {{"dump"}, "\"id\": \"http/a/127.0.0.1:8443\""},
           {{"dump", "--format=json"}, "\"unexpected \\\"}\\\"\""},
           {{"dump", "--format=crossplane"}, "\"status\":\"failed\""},
           {{"dump", "--format=opa"}, "\"ssl_verify_client\": \"on\""},
           {{"dump", "--format=conf"}, "ssl_verify_client on;"},
       }) {
    CAPTURE(row.flags);
    const Outcome outcome = run(dir, row.flags);
    CHECK(outcome.code == 2);
    CHECK_THAT(outcome.output, Catch::Contains(row.part));
    CHECK(outcome.error.empty());
  }
}

TEST_CASE("commands: dump prints every format in full and exits with 0") {
  const TempDir dir;
  write_tree(dir, authority("CA"));
  const std::map<std::string, std::string> schemas{{"json", "nginx-mtls-exporter/dump/v1"},
                                                   {"opa", "nginx-mtls-exporter/opa/v1"}};
  for (const auto& [format, schema] : schemas) {
    CAPTURE(format);
    const Outcome outcome = run(dir, {"dump", "--format", format});
    CHECK(outcome.code == 0);
    CHECK(json::parse(outcome.output).at("schema") == schema);
  }
  const Outcome crossplane = run(dir, {"dump", "--format", "crossplane"});
  CHECK(crossplane.code == 0);
  CHECK(json::parse(crossplane.output).at("config").at(0).at("file") == dir.path("nginx.conf"));
}

TEST_CASE("commands: bad usage and unreadable settings print only the reason") {
  const TempDir dir;
  write_tree(dir, authority("CA"));
  const std::string settings = dir.write("settings.yml", "limit: {}\n");
  const std::string absent = dir.path("absent.pem");
  struct Row {
    std::vector<std::string> flags;
    std::string part;
  };
  for (const Row& row : std::vector<Row>{
           {{"check", "--format", "xml"}, "xml"},
           {{"check", "--format", "conf"}, "conf"},
           {{"dump", "--format", "text"}, "text"},
           {{"check", "--fail-on", "error"}, "error"},
           {{"check", "--profile", "lax"}, "lax"},
           {{"check", "--missing-files", "ignore"}, "ignore"},
           {{"check", "--ingress", "a.yml"}, "--ingress"},
           {{"check", "bundle.pem"}, "CA_BUNDLE and --nginx.conf"},
           {{"check", "a.pem", "b.pem", "c.pem"}, "not expected: c.pem"},
           {{"dump", "--at", "+1d"}, "--at"},
           {{"check", "--web.listen-address", ":1"}, "--web.listen-address is only for serve"},
           {{"dump", "--config.check"}, "--config.check is only for serve"},
           {{"check", "--config.file", settings}, "settings.yml:1:1: unknown key"},
           {{"dump", "--config.file", absent}, "absent.pem"},
           {{"check", "--client-cert", "phone=" + absent}, "absent.pem: no such file"},
           {{"check", "--client-cert", "phone=" + dir.path("nginx.conf")},
            "no certificate in this file"},
           {{"check", "--client-cert", dir.path("*.none")}, "no file matches"},
       }) {
    CAPTURE(row.flags);
    const Outcome outcome = run(dir, row.flags);
    CHECK(outcome.code == 2);
    CHECK(outcome.output.empty());
    CHECK_THAT(outcome.error, Catch::Contains(row.part));
  }
}

TEST_CASE("commands: a client on the command line is judged and raises no finding") {
  const TempDir dir;
  const Minted ca = authority("CA");
  write_tree(dir, ca);
  dir.write("good.pem", client("good", ca).certificate_pem);
  dir.write("bad.pem", client("bad", authority("Another")).certificate_pem);
  const Outcome outcome =
      run(dir, {"check", "--format=json", "--fail-on=critical", "--client-cert",
                "good=" + dir.path("good.pem"), "--client-cert", "bad=" + dir.path("bad.pem")});
  CHECK(outcome.code == 0);
  const json clients = json::parse(outcome.output).at("servers").at(0).at("clients");
  REQUIRE(clients.size() == 2);
  CHECK(clients[0].at("name") == "good");
  CHECK(clients[0].at("client_verify") == "SUCCESS");
  CHECK(clients[1].at("name") == "bad");
  CHECK(clients[1].at("code") == 21);
  CHECK(clients[1].at("http_status") == 400);
}

TEST_CASE("commands: a closed or full standard output is exit 3") {
  const TempDir dir;
  write_tree(dir, authority("CA"));
  for (const char* redirection : {">&-", ">/dev/full"}) {
    for (const char* command : {"check", "dump"}) {
      CAPTURE(redirection, command);
      ChildProcess process(
          {.argv = {"/bin/sh", "-c",
                    "exec \"$0\" \"$1\" --nginx.conf \"$2\" " + std::string(redirection),
                    EXPORTER_BINARY, command, dir.path("nginx.conf")}});
      const Outcome outcome = outcome_of(process);
      CHECK(outcome.code == 3);
      CHECK_THAT(outcome.error, Catch::Contains("cannot write the result to standard output"));
    }
  }
}

TEST_CASE("commands: dump --format conf prints byte for byte what nginx -T does") {
  if (!mtls::testing::NginxRunner::available()) {
    WARN("no nginx here");
    return;
  }
  const TempDir dir;
  dir.write("nginx.conf", "pid nginx.pid; error_log stderr;\nevents {}\nhttp {" +
                              std::string(mtls::testing::kNginxHttpPaths) +
                              "include d/*.conf; include one.conf; include d/b.conf;}");
  dir.write("one.conf", "# caf\xE9\r\ninclude none/*;\ninclude empty.conf;");
  dir.write("empty.conf", "");
  dir.write("d/b.conf", "map $uri $b { include e.types; }\n");
  dir.write("d/a.conf", "types { include e.types; }\n\n");
  dir.write("e.types", "text/plain x;");
  ChildProcess nginx({.argv = {"/usr/sbin/nginx", "-T", "-p", dir.path(), "-c",
                               dir.path("nginx.conf"), "-e", dir.path("error.log")}});
  const Outcome expected = outcome_of(nginx);
  CAPTURE(expected.error);
  REQUIRE(expected.code == 0);
  const Outcome ours = run(dir, {"dump", "--format=conf"});
  CHECK(ours.code == 0);
  CHECK(ours.output == expected.output);
}

}  // namespace
}  // namespace mtls::daemon::testing
