// What check and dump read in place of a host, with the real binary: a root, a dump of nginx -T, a
// file of server blocks. tests/cases/inputs_test.py compares whole documents.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/daemon/commands/run.h"
#include "tests/support/nginx_runner.h"

namespace mtls::daemon::testing {
namespace {

using nlohmann::json;

// The root of an image: its links are absolute ones.
void write_image(const TempDir& dir, const Minted& ca) {
  dir.write(
      "image/etc/nginx/nginx.conf",
      nginx_conf("ssl_certificate /srv/pki/server.pem; ssl_certificate_key /srv/pki/server.key;\n"
                 "include sites-enabled/*;\n"));
  dir.write("image/etc/nginx/sites-available/a",
            "server {\n  listen 8443 ssl; server_name a;\n  ssl_verify_client optional;\n"
            "  ssl_client_certificate /srv/pki/ca.pem;\n}\n");
  std::filesystem::create_directory(dir.path("image/etc/nginx/sites-enabled"));
  std::filesystem::create_symlink("/etc/nginx/sites-available/a",
                                  dir.path("image/etc/nginx/sites-enabled/a"));
  write_server_certificate(dir);
  std::filesystem::create_directories(dir.path("image/srv/pki"));
  for (const char* name : {"server.pem", "server.key"})
    std::filesystem::rename(dir.path(name), dir.path(std::string("image/srv/pki/") + name));
  dir.write("image/srv/pki/ca.pem", ca.certificate_pem);
}

std::vector<std::string> rules_of(const Outcome& outcome) {
  std::vector<std::string> rules;
  const json document = json::parse(outcome.output);
  for (const json& finding : document.at("findings")) rules.push_back(finding.at("rule"));
  return rules;
}

constexpr const char* kDump =
    "# configuration file /none/nginx.conf:\nevents {}\nhttp { include /none/conf.d/*.conf; }\n\n"
    "# configuration file /none/conf.d/a.conf:\n"
    "server { listen 443 ssl; server_name a; ssl_certificate /none/a.pem;\n"
    "ssl_certificate_key /none/a.key; ssl_verify_client on; ssl_client_certificate /none/ca.pem; "
    "}\n";

}  // namespace

TEST_CASE("inputs: below a root, reports show nginx's paths, annotations those of this machine") {
  const TempDir dir;
  const Minted ca = authority("CA");
  write_image(dir, ca);
  const std::string client_file = dir.write("client.pem", client("c", ca).certificate_pem);
  const std::vector<std::string> flags{
      "check",         "--root",           dir.path("image"),   "--nginx.version=1.22.1",
      "--client-cert", "c=" + client_file, "--fail-on=critical"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), flags.begin(), flags.end());
    return run(more);
  };
  const Outcome document = with({"--format=json"});
  CAPTURE(document.output, document.error);
  CHECK(document.code == 1);
  const json server = json::parse(document.output).at("servers").at(0);
  CHECK(server.at("file") == "/etc/nginx/sites-enabled/a");
  CHECK(server.at("client_certificate") == "/srv/pki/ca.pem");
  CHECK(server.at("clients").at(0).at("client_verify") == "SUCCESS");
  const std::string site =
      std::filesystem::canonical(dir.path("image/etc/nginx/sites-available/a")).string();
  CHECK_THAT(with({"--format=github"}).output, Catch::Contains("file=" + site + ",line=3"));
  CHECK_THAT(with({"--format=sarif"}).output, Catch::Contains("file://" + site + "\""));
  CHECK_THAT(with({}).output,
             Catch::Contains("  /etc/nginx/sites-enabled/a:3\n  3 |   ssl_verify"));
  CHECK_THAT(with({}).output, Catch::StartsWith("nginx 1.22.1: "));  // of no host that is known
  for (const std::string& conf :
       {std::string("/etc/nginx/nginx.conf"),
        std::filesystem::relative(dir.path("image/etc/nginx/nginx.conf")).string()}) {
    CAPTURE(conf);
    CHECK(with({"--format=json", "--nginx.conf", conf}).output.find("\"/etc/nginx/nginx.conf\"") !=
          std::string::npos);
  }
}

TEST_CASE("inputs: what is not below the root is missing, a warning unless --missing-files=error") {
  const TempDir dir;
  write_image(dir, authority("CA"));
  const auto check = [&](const std::string& root, const std::string& more) {
    return run({"check", "--root", root, "--nginx.version=1.22.1", "--format=json",
                "--fail-on=never", more});
  };
  const Outcome etc = check("/etc=" + dir.path("image/etc"), "--with-keys");
  CAPTURE(etc.output, etc.error);
  CHECK(etc.code == 0);
  CHECK_THAT(rules_of(etc), Catch::VectorContains(std::string("file-missing")));
  CHECK(check("/etc=" + dir.path("image/etc"), "--missing-files=error").code == 2);
  CHECK(check(dir.path("image"), "--missing-files=error").code == 0);
  CHECK(check("/etc=" + dir.path("image/etc") + "/", "--missing-files=warn").code == 0);
}

TEST_CASE("inputs: a dump is read from a file and from standard input, by check and dump") {
  const TempDir dir;
  const std::string dump = dir.write("dump.txt", kDump);
  for (const std::string& how :
       {std::string("'") + EXPORTER_BINARY + "' check --nginx.dump '" + dump + "' --format=json",
        std::string("'") + EXPORTER_BINARY + "' check --nginx.dump - --format=json < '" + dump +
            "'"}) {
    CAPTURE(how);
    ChildProcess process({.argv = {"/bin/sh", "-c", how}});
    const Outcome outcome = outcome_of(process);
    CAPTURE(outcome.error);
    CHECK(outcome.code == 1);
    CHECK(json::parse(outcome.output).at("nginx").at("conf") == "/none/nginx.conf");
    CHECK_THAT(rules_of(outcome), Catch::VectorContains(std::string("file-missing")));
  }
  // `dump` judges no files.
  const Outcome text = run({"dump", "--format=conf", "--nginx.dump", dump});
  CHECK(text.output == kDump);
}

TEST_CASE("inputs: mistakes are exit 2, with nothing on standard output") {
  const TempDir dir;
  const std::string dump = dir.write("dump.txt", kDump);
  const std::string cut =
      dir.write("cut.txt", "# configuration file /nginx.conf:\nevents {} include " + dump + ";\n");
  struct Row {
    std::vector<std::string> flags;
    std::string says;
  };
  for (const Row& row : {
           Row{{"--nginx.dump", dir.path("none")}, "no such file"},
           Row{{"--nginx.dump", dir.write("x", "server {}")}, "is not what nginx -T prints"},
           Row{{"--nginx.dump", cut}, "the dump is not whole, it lacks " + dump},
           Row{{"--nginx.dump", dump, "--nginx.conf=x"}, "exclude each other"},
           Row{{"--root", dump}, "is not a directory"},
           Row{{"--root", dir.path(), "--nginx.conf=nginx.conf"}, "is not below the root"},
           Row{{"--root", dir.path(), "ca.pem"}, "CA_BUNDLE and --root exclude each other"},
       }) {
    CAPTURE(row.flags);
    std::vector<std::string> flags = row.flags;
    flags.insert(flags.begin(), "check");
    const Outcome outcome = run(flags);
    CHECK(outcome.code == 2);
    CHECK(outcome.output.empty());
    CHECK_THAT(outcome.error, Catch::Contains(row.says));
  }
}

TEST_CASE("inputs: a file of server blocks is judged as if http included it") {
  const TempDir dir;
  const Minted ca = authority("CA");
  write_server_certificate(dir);
  dir.write("ca.pem", ca.certificate_pem);
  const std::string vhost = dir.write("vhost.conf", asking_server("a", "ca.pem"));
  const Outcome good = run({"check", "--nginx.conf", vhost, "--nginx.version=1.22.1"});
  CAPTURE(good.output, good.error);
  CHECK(good.code == 0);
  CHECK_THAT(good.output, Catch::Contains("http/a/127.0.0.1:8443: ssl_verify_client on"));
  dir.write("vhost.conf", tls_server("a",
                                     "ssl_verify_client optional;\n"
                                     "ssl_client_certificate ca.pem;"));
  const Outcome open = run({"check", "--nginx.conf", vhost, "--nginx.version=1.22.1"});
  CHECK(open.code == 1);
  CHECK_THAT(open.output, Catch::Contains("verify-optional-unguarded  " + vhost + ":1"));
}

}  // namespace mtls::daemon::testing
