// Files that are being written: what counts meanwhile, and for how long.
#include <catch2/catch.hpp>
#include <fstream>

#include "tests/daemon/exporter_fixture.h"

namespace mtls::daemon::testing {
namespace {

constexpr milliseconds kSoon = 1s;

Exporter::Expected problem(const std::string& path, const char* word, double count = 1) {
  return {.name = "nginx_mtls_bundle_problems",
          .labels = {{"path", path}, {"problem", word}},
          .value = count};
}

// A server block for each bundle of three certificates.
void write_whole_bundles(const TempDir& dir, const std::vector<std::string>& names) {
  write_server_certificate(dir);
  std::string bundle;
  for (const char* name : {"CA 1", "CA 2", "CA 3"}) bundle += authority(name).certificate_pem;
  std::string servers;
  for (const std::string& name : names) {
    dir.write(name + ".pem", bundle);
    servers += asking_server(name, name + ".pem");
  }
  dir.write("nginx.conf", nginx_conf(servers));
}

TEST_CASE(
    "settling: a half-written bundle keeps its last content while it settles, and no longer") {
  const TempDir dir;
  write_whole_bundles(dir, {"cut", "broken"});
  const std::string whole = dir.read("cut.pem");
  const Exporter exporter(dir);
  const auto begin = std::chrono::steady_clock::now();
  const std::string most = whole.substr(0, whole.size() - 80);
  dir.write("cut.pem", most);
  dir.write("broken.pem", most + "?" + whole.substr(most.size() + 1));
  const auto valid = [&](const std::string& path) {
    return exporter.value("nginx_mtls_bundle_certificates", {{"path", path}, {"state", "valid"}});
  };
  const std::vector<std::string> paths{dir.path("cut.pem"), dir.path("broken.pem")};
  for (const std::string& path : paths) {
    CAPTURE(path);
    CHECK(exporter.time_until(problem(path, "settling")) < kSoon);
    CHECK(exporter.shows(problem(path, "parse_error", 0)));
    CHECK(valid(path) == 3);
  }
  for (const std::string& path : paths) {
    CAPTURE(path);
    CHECK(exporter.time_until(problem(path, "parse_error"), 6s) < 6s);
    CHECK(std::chrono::steady_clock::now() - begin > 3s);
    CHECK(exporter.time_until(problem(path, "settling", 0)) < kSoon);
    CHECK(exporter.shows(problem(path, "bad_block")));
    CHECK(valid(path) == 2);  // the good ones
    CHECK(exporter.value("nginx_mtls_bundle_verify_success", {{"path", path}}) == 0);
  }
  dir.write("cut.pem", whole);
  CHECK(exporter.time_until(problem(paths.front(), "parse_error", 0)) < kSoon);
  CHECK(valid(paths.front()) == 3);
}

TEST_CASE("settling: a bundle being written is not judged by its first blocks alone") {
  const TempDir dir;
  write_whole_bundles(dir, {"a"});
  const std::string whole = dir.read("a.pem");
  const std::string first = whole.substr(0, whole.find("-----BEGIN", 1));
  const Exporter exporter(dir);
  const auto valid = [&](int count) {
    return Exporter::Expected{
        .name = "nginx_mtls_bundle_certificates", .labels = {{"state", "valid"}}, .value = count};
  };
  const auto generation = [&] { return exporter.value("nginx_mtls_generation").value(); };
  REQUIRE(exporter.shows(valid(3)));
  {
    std::ofstream slow(dir.path("a.pem"));  // truncates
    slow << first << std::flush;
    const double before = generation();
    CHECK(exporter.time_until(problem(dir.path("a.pem"), "settling")) < kSoon);
    CHECK(exporter.shows(valid(3)));
    slow << whole.substr(first.size()) << std::flush;
    CHECK(eventually(3s, [&] { return generation() > before + 1; }));
    CHECK(exporter.time_until(problem(dir.path("a.pem"), "settling", 0)) < kSoon);
    CHECK(exporter.shows(valid(3)));
  }
  {
    std::ofstream slow(dir.path("a.pem"));  // never continues and never closes
    slow << first << std::flush;
    CHECK(exporter.time_until(valid(1), 5s) < 3s);
  }
  dir.write("a.pem", whole);
  CHECK(exporter.time_until(valid(3)) < kSoon);
  dir.write("a.pem", first);  // closed, so it is complete
  CHECK(exporter.time_until(valid(1)) < kSoon);
}

TEST_CASE("settling: each file settles on its own, however often others change meanwhile") {
  const TempDir dir;
  write_whole_bundles(dir, {"early", "late", "busy"});
  const std::string whole = dir.read("early.pem");
  const std::string half = whole.substr(0, whole.size() - 80);
  const Exporter exporter(dir);
  dir.write("early.pem", half);
  bool late_is_broken = false;
  const auto begin = std::chrono::steady_clock::now();
  const bool settled = eventually(6s, [&] {
    dir.rename_over("busy.pem", authority("Another").certificate_pem);
    std::this_thread::sleep_for(250ms);
    if (!late_is_broken && std::chrono::steady_clock::now() - begin > 3s) {
      dir.write("late.pem", half);
      late_is_broken = true;
    }
    return exporter.shows(problem(dir.path("early.pem"), "parse_error"));
  });
  CHECK(settled);
  CHECK(exporter.shows(problem(dir.path("late.pem"), "settling")));
}

}  // namespace
}  // namespace mtls::daemon::testing
