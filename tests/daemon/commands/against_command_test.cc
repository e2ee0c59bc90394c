// check --against, with the real binary: what it names, what fails, text and JSON; --clients.
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/daemon/exporter_fixture.h"
#include "tests/support/nginx_runner.h"

namespace mtls::daemon::testing {
namespace {

using nlohmann::json;

Outcome run(std::vector<std::string> flags) {
  flags.insert(flags.begin(), {"check", "--nginx.version=1.22.1", "--nginx.openssl=3.0.0"});
  ChildProcess process = exporter(flags);
  return outcome_of(process);
}

// A tree below dir/NAME in which server block `a` trusts `ca`.
void write_tree(const TempDir& dir, const std::string& name, const Minted& ca,
                const std::string& more = "") {
  write_server_certificate(dir);
  std::filesystem::create_directories(dir.path(name));
  for (const char* file : {"server.pem", "server.key"})
    std::filesystem::rename(dir.path(file), dir.path(name + "/" + file));
  dir.write(name + "/ca.pem", ca.certificate_pem);
  dir.write(name + "/nginx.conf", nginx_conf(asking_server("a", "ca.pem") + more));
}

std::string optional_server(const std::string& name) {
  return tls_server(name, "ssl_verify_client optional; ssl_client_certificate ca.pem;");
}

}  // namespace

TEST_CASE("against: only what is new fails, whatever was there before") {
  const TempDir dir;
  const Minted ca = authority("CA", 10 * 24h);  // ca-expires-soon in both
  write_tree(dir, "old", ca, optional_server("open"));
  write_tree(dir, "new", ca, optional_server("open"));
  const std::vector<std::string> flags{"--nginx.conf", dir.path("new/nginx.conf"), "--against",
                                       dir.path("old")};
  CHECK(run({"--nginx.conf", dir.path("new/nginx.conf")}).code == 1);
  const Outcome same = run(flags);
  CAPTURE(same.output, same.error);
  CHECK(same.code == 0);
  CHECK_THAT(same.output, Catch::Contains(": 0 new findings, 0 gone,") &&
                              Catch::Contains("0 clients get another answer"));

  write_tree(dir, "new", ca, optional_server("open") + optional_server("second"));
  const Outcome worse = run(flags);
  CHECK(worse.code == 1);
  CHECK_THAT(worse.output, Catch::Contains("CRITICAL verify-optional-unguarded") &&
                               Catch::Contains("server http/second/127.0.0.1:8443 is new\n") &&
                               !Catch::Contains("Server: open"));
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), flags.begin(), flags.end());
    return run(more);
  };
  CHECK(with({"--fail-on=never"}).code == 0);
  const Outcome github = with({"--format=github"});
  CHECK(github.code == 1);
  CHECK_THAT(github.output, Catch::Contains("title=verify-optional-unguarded::http/second") &&
                                !Catch::Contains("http/open"));

  write_tree(dir, "new", ca);
  const Outcome better = run(flags);
  CHECK(better.code == 0);
  CHECK_THAT(better.output, Catch::Contains("BETTER verify-optional-unguarded at http/open") &&
                                Catch::Contains("server http/open/127.0.0.1:8443 is gone\n"));
}

TEST_CASE("against: a dump, from a file or standard input, comes with the files of this tree") {
  const TempDir dir;
  const Minted ca = authority("CA");
  write_tree(dir, "tree", ca);
  const std::string conf = dir.path("tree/nginx.conf");
  const std::string dump = dir.write(
      "dump.txt", "# configuration file " + conf + ":\n" + nginx_conf(optional_server("a")) + "\n");
  const Outcome outcome = run({"--nginx.conf", conf, "--against", dump});
  CAPTURE(outcome.output, outcome.error);
  CHECK(outcome.code == 0);
  CHECK_THAT(outcome.output, Catch::Contains("BETTER verify-optional-unguarded"));
  const Outcome reversed = run({"--nginx.dump", dump, "--against", dir.path("tree")});
  CHECK(reversed.code == 1);
  CHECK_THAT(reversed.output, Catch::Contains("CRITICAL verify-optional-unguarded"));
}

TEST_CASE("against: the clients that get another answer, as text and JSON") {
  const TempDir dir;
  const Minted old_ca = authority("Old");
  const Minted new_ca = authority("New");
  write_tree(dir, "old", old_ca);
  write_tree(dir, "new", new_ca);
  const std::string many = dir.write(
      "clients.pem", client("a", old_ca).certificate_pem + client("b", new_ca).certificate_pem +
                         client("c", old_ca).certificate_pem + old_ca.certificate_pem);
  const std::string phone = dir.write("phone.pem", client("phone", new_ca).certificate_pem);
  const std::vector<std::string> flags{"--nginx.conf",      dir.path("new/nginx.conf"),
                                       "--against",         dir.path("old"),
                                       "--clients",         many,
                                       "--client-cert",     "phone=" + phone,
                                       "--fail-on=critical"};
  const Outcome text = run(flags);
  CAPTURE(text.output, text.error);
  CHECK(text.code == 1);
  CHECK_THAT(text.output,
             Catch::Contains("4 clients get another answer") &&
                 Catch::Contains("BETTER client phone at http/a/127.0.0.1:8443: accepted, SUCCESS, "
                                 "200; before: refused, FAILED:unable to verify the first"));
  std::vector<std::string> as_json = flags;
  as_json.emplace_back("--format=json");
  const json document = json::parse(run(as_json).output);
  const json& against = document.at("against");
  CHECK(against.at("name") == dir.path("old"));
  REQUIRE(against.at("worse").at("clients").size() == 2);
  REQUIRE(against.at("better").at("clients").size() == 2);
  const json& worse = against.at("worse").at("clients").at(0);
  CHECK(worse.at("name").get<std::string>().size() == 16);
  CHECK(worse.at("server") == "http/a/127.0.0.1:8443");
  CHECK(worse.at("before").at("client_verify") == "SUCCESS");
  CHECK(worse.at("now").at("accepted") == false);
  CHECK(document.at("servers").at(0).at("clients").size() == 4);
}

TEST_CASE("against: a server block that asks nobody any more fails, though it has no finding") {
  const TempDir dir;
  const Minted ca = authority("CA");
  write_tree(dir, "old", ca);
  write_tree(dir, "new", ca);
  dir.write("new/nginx.conf", nginx_conf(tls_server("a", "")));
  const std::vector<std::string> flags{"--nginx.conf", dir.path("new/nginx.conf"), "--against",
                                       dir.path("old"), "--fail-on=critical"};
  const Outcome outcome = run(flags);
  CAPTURE(outcome.output, outcome.error);
  CHECK(outcome.code == 1);
  CHECK_THAT(outcome.output, Catch::Contains("WORSE  server http/a/127.0.0.1:8443 asks for no "
                                             "client certificate any more"));
}

TEST_CASE("against: below a root, the other side is a root too") {
  const TempDir dir;
  const Minted ca = authority("CA");
  write_tree(dir, "old/etc/nginx", ca);
  write_tree(dir, "new/etc/nginx", ca, optional_server("open"));
  const Outcome outcome = run({"--root", dir.path("new"), "--against", dir.path("old")});
  CAPTURE(outcome.output, outcome.error);
  CHECK(outcome.code == 1);
  CHECK_THAT(outcome.output, Catch::Contains("/etc/nginx/nginx.conf:"));
  CHECK(run({"--root", dir.path("old"), "--against", dir.path("new")}).code == 0);
}

TEST_CASE("against: mistakes are exit 2") {
  const TempDir dir;
  const Minted ca = authority("CA");
  write_tree(dir, "tree", ca);
  std::filesystem::create_directory(dir.path("empty"));
  const std::string conf = dir.path("tree/nginx.conf");
  struct Row {
    std::vector<std::string> flags;
    std::string says;
  };
  for (const Row& row : {
           Row{{"--against", dir.path("none")}, "no such file"},
           Row{{"--against", conf}, "is not what nginx -T prints"},
           Row{{"--against", dir.path("empty")}, "does not have "},
           Row{{"--clients", conf}, "no client certificate in this file"},
           Row{{"--clients", dir.path("*.none")}, "no file matches"},
           Row{{"--clients", "observed"}, "observed clients are compared; give --against too"},
       }) {
    CAPTURE(row.flags);
    std::vector<std::string> flags = row.flags;
    flags.insert(flags.end(), {"--nginx.conf", conf});
    const Outcome outcome = run(flags);
    CHECK(outcome.code == 2);
    CHECK(outcome.output.empty());
    CHECK_THAT(outcome.error, Catch::Contains(row.says));
  }
}

}  // namespace mtls::daemon::testing
