// Changes of files and of nginx's configuration, and how soon /metrics shows them.
#include <catch2/catch.hpp>

#include "tests/daemon/exporter_fixture.h"

namespace mtls::daemon::testing {
namespace {

constexpr milliseconds kSoon = 1s;

// pems/N.pem holds N certificates.
void write_bundles(const TempDir& dir) {
  std::string bundle;
  for (int n = 1; n <= 3; ++n) {
    bundle += authority("CA " + std::to_string(n)).certificate_pem;
    dir.write("pems/" + std::to_string(n) + ".pem", bundle);
  }
}

struct Step {
  const char* command;
  int certificates;  // -1: the file is missing
};

struct Rotation {
  const char* name;
  const char* setup;  // one certificate behind `bundle`
  const char* bundle;
  std::vector<Step> steps;
};

const std::vector<Rotation> kRotations = {
    {"rewritten in place",
     "cp pems/1.pem ca.pem",
     "ca.pem",
     {{"cp pems/2.pem ca.pem", 2}, {"cp pems/3.pem ca.pem", 3}}},
    {"renamed over",
     "cp pems/1.pem ca.pem",
     "ca.pem",
     {{"cp pems/2.pem new; mv new ca.pem", 2}, {"cp pems/3.pem new; mv new ca.pem", 3}}},
    {"deleted and recreated",
     "cp pems/1.pem ca.pem",
     "ca.pem",
     {{"rm ca.pem", -1}, {"cp pems/2.pem ca.pem", 2}, {"rm ca.pem; cp pems/3.pem ca.pem", 3}}},
    {"symbolic link swapped",
     "ln -s pems/1.pem ca.pem",
     "ca.pem",
     {{"ln -sfn pems/2.pem ca.pem", 2}, {"ln -s pems/3.pem new; mv -T new ca.pem", 3}}},
    {"..data of Kubernetes swapped",
     "mkdir ..1; cp pems/1.pem ..1/ca.pem; ln -s ..1 ..data; ln -s ..data/ca.pem ca.pem",
     "ca.pem",
     {{"mkdir ..2; cp pems/2.pem ..2/ca.pem; ln -s ..2 new; mv -T new ..data; rm -r ..1", 2},
      {"mkdir ..3; cp pems/3.pem ..3/ca.pem; ln -s ..3 new; mv -T new ..data; rm -r ..2", 3}}},
    {"ancestor swapped",
     "mkdir -p r1/d r2/d; cp pems/1.pem r1/d/ca.pem; cp pems/2.pem r2/d/ca.pem; ln -s r1 current",
     "current/d/ca.pem",
     {{"ln -sfn r2 current", 2}, {"cp pems/3.pem r2/d/ca.pem", 3}, {"ln -sfn r1 current", 1}}},
};

TEST_CASE("rotation: each change of a bundle is in /metrics within a second") {
  for (const Rotation& rotation : kRotations) {
    CAPTURE(rotation.name);
    const TempDir dir;
    write_server_certificate(dir);
    write_bundles(dir);
    run_in(dir, rotation.setup);
    dir.write("nginx.conf", nginx_conf(asking_server("a.example", rotation.bundle)));
    const Exporter exporter(dir);
    const std::string path = dir.path(rotation.bundle);
    REQUIRE(exporter.value("nginx_mtls_bundle_certificates",
                           {{"path", path}, {"state", "valid"}}) == 1);
    for (const Step& step : rotation.steps) {
      CAPTURE(step.command);
      run_in(dir, step.command);
      const Exporter::Expected missing{.name = "nginx_mtls_bundle_problems",
                                       .labels = {{"path", path}, {"problem", "missing"}}};
      const Exporter::Expected whole{.name = "nginx_mtls_bundle_certificates",
                                     .labels = {{"path", path}, {"state", "valid"}},
                                     .value = step.certificates};
      CHECK(exporter.time_until(step.certificates < 0 ? missing : whole) < kSoon);
    }
    CHECK(exporter.value("nginx_mtls_watch_missed_total") == 0);
  }
}

struct Change {
  const char* command;
  const char* server;
  bool appears;
};

// NAME.conf in the test's directory is a server block of that name.
const std::vector<Change> kChanges = {
    {"cat a.conf b.conf > conf.d/one.conf", "b", true},
    {"cp c.conf conf.d/two.conf", "c", true},
    {"rm conf.d/two.conf", "c", false},
    {"mkdir -p sites/x && cp d.conf sites/x/nginx.conf", "d", true},
    {"mkdir new && cp e.conf new/nginx.conf && mv new sites/y", "e", true},
    {"rm -r sites", "d", false},
    {"mkdir -p sites/z && cp f.conf sites/z/nginx.conf", "f", true},
    {"sed 's/include sites/# &/' nginx.conf > new && mv new nginx.conf", "f", false},
};

TEST_CASE("rotation: a change of nginx's configuration is in /metrics within a second") {
  const TempDir dir;
  write_server_certificate(dir);
  dir.write("ca.pem", authority("CA").certificate_pem);
  for (const char* name : {"a", "b", "c", "d", "e", "f"})
    dir.write(name + std::string(".conf"), asking_server(name, "ca.pem"));
  run_in(dir, "mkdir conf.d && cp a.conf conf.d/one.conf");
  dir.write("nginx.conf", nginx_conf("include conf.d/*.conf;\ninclude sites/*/nginx.conf;\n"));
  const Exporter exporter(dir);
  REQUIRE(exporter.value("nginx_mtls_server_info", {{"server", "a"}}) == 1);
  for (const Change& change : kChanges) {
    CAPTURE(change.command);
    run_in(dir, change.command);
    CHECK(exporter.time_until({.name = "nginx_mtls_server_info",
                               .labels = {{"server", change.server}},
                               .value = change.appears ? std::optional(1.0) : std::nullopt}) <
          kSoon);
    CHECK(exporter.value("nginx_mtls_config_parse_success") == 1);
  }
}

TEST_CASE(
    "rotation: a canary that appears, changes its issuer or disappears is judged within a second") {
  const TempDir dir;
  write_server_certificate(dir);
  const Minted ca = authority("CA");
  dir.write("ca.pem", ca.certificate_pem);
  dir.write("nginx.conf", nginx_conf(asking_server("a", "ca.pem")));
  dir.write("settings.yml", "canaries: [{name: all, certificate: 'canaries/*.pem'}]\n");
  const Exporter exporter(dir, {"--config.file", dir.path("settings.yml")});
  const auto canary = [](std::optional<double> accepted) {
    return Exporter::Expected{.name = "nginx_mtls_canary_accepted",
                              .labels = {{"canary", "billing"}, {"server", "a"}},
                              .value = accepted};
  };
  CHECK(exporter.value("nginx_mtls_canary_accepted") == std::nullopt);
  dir.write("canaries/billing.pem", client("billing", ca).certificate_pem);
  CHECK(exporter.time_until(canary(1)) < kSoon);
  dir.write("canaries/billing.pem", client("billing", authority("Other")).certificate_pem);
  CHECK(exporter.time_until(canary(0)) < kSoon);
  run_in(dir, "rm canaries/billing.pem");
  CHECK(exporter.time_until(canary(std::nullopt)) < kSoon);
}

TEST_CASE("rotation: a configuration nginx would refuse keeps the last good server blocks") {
  const TempDir dir;
  write_server_certificate(dir);
  dir.write("ca.pem", authority("CA").certificate_pem);
  dir.write("nginx.conf", nginx_conf(asking_server("a", "ca.pem")));
  Exporter exporter(dir);
  const Exporter::Expected refused{.name = "nginx_mtls_config_parse_success", .value = 0};
  const Exporter::Expected good{.name = "nginx_mtls_config_parse_success"};

  for (const std::string& broken :
       {nginx_conf(asking_server("b", "ca.pem") + "}"), nginx_conf("ssl_verify_client sometimes;"),
        std::string("http { server { listen 1 ssl;")}) {
    CAPTURE(broken);
    dir.rename_over("nginx.conf", broken);
    CHECK(exporter.time_until(refused) < kSoon);
    CHECK(exporter.value("nginx_mtls_server_info", {{"server", "a"}}) == 1);
    CHECK(exporter.value("nginx_mtls_findings", {{"rule", "nginx-refuses-config"}}) == 1);
    // The kept blocks are still judged, and their files still count.
    dir.rename_over("ca.pem", "");
    CHECK(exporter.time_until(
              {.name = "nginx_mtls_bundle_problems", .labels = {{"problem", "settling"}}}) < kSoon);
    dir.rename_over("ca.pem", authority("CA").certificate_pem);
    CHECK(exporter.time_until({.name = "nginx_mtls_bundle_problems",
                               .labels = {{"problem", "settling"}},
                               .value = 0}) < kSoon);
    dir.rename_over("nginx.conf", nginx_conf(asking_server("a", "ca.pem")));
    CHECK(exporter.time_until(good) < kSoon);
  }
  CHECK(exporter.log().find("nginx would refuse this configuration") != std::string::npos);
}

// Sleeps until `left` after `instant`: what the daemon says at a certain time can only be asked
// then.
void sleep_until(base::sys_seconds instant, milliseconds left) {
  std::this_thread::sleep_until(std::chrono::system_clock::time_point(instant) + left);
}

TEST_CASE("T3: a CA that expires changes every verdict at its second, without any event") {
  const TempDir dir;
  write_server_certificate(dir);
  const base::sys_seconds end = now() + 4s;
  const Minted ending = authority("Ending", end - now());
  dir.write("ca.pem", ending.certificate_pem);
  dir.write("off.pem", authority("Ending too", end - now()).certificate_pem);
  dir.write("client.pem", client("client", ending).certificate_pem);
  dir.write("settings.yml", "canaries: [{name: client, certificate: client.pem}]\n");
  dir.write("nginx.conf", nginx_conf(asking_server("a", "ca.pem") +
                                     tls_server("b", "ssl_client_certificate off.pem;")));
  const Exporter exporter(dir, {"--config.file", dir.path("settings.yml")});
  const auto evaluations = [&](const char* trigger) {
    return exporter.value("nginx_mtls_evaluations_total", {{"trigger", trigger}}).value();
  };
  const auto state = [&](const char* file, const char* word) {
    return exporter.value("nginx_mtls_bundle_certificates",
                          {{"path", dir.path(file)}, {"state", word}});
  };
  CHECK(exporter.value("nginx_mtls_server_trust_expiry_timestamp_seconds") ==
        base::unix_seconds(end));
  CHECK(exporter.value("nginx_mtls_canary_lockout_timestamp_seconds") == base::unix_seconds(end));
  sleep_until(end, -300ms);
  const double by_time = evaluations("horizon");
  const double by_files = evaluations("watch");
  REQUIRE(now() < end);
  CHECK(state("ca.pem", "valid") == 1);
  CHECK(state("off.pem", "valid") == 1);
  CHECK(exporter.value("nginx_mtls_canary_accepted") == 1);
  CHECK(exporter.value("nginx_mtls_findings", {{"rule", "ca-expired"}}) == std::nullopt);
  sleep_until(end, 0ms);
  CHECK(exporter.time_until({.name = "nginx_mtls_canary_accepted", .value = 0}) < 500ms);
  CHECK(state("ca.pem", "expired") == 1);
  CHECK(state("off.pem", "expired") == 1);
  CHECK(exporter.value("nginx_mtls_findings", {{"rule", "ca-expired"}, {"server", "a"}}) == 1);
  CHECK(exporter.value("nginx_mtls_canary_error_code") == 10);
  CHECK(evaluations("horizon") > by_time);
  CHECK(evaluations("watch") == by_files);
}

}  // namespace
}  // namespace mtls::daemon::testing
