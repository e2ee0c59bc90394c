// The real binary with a FUSE mount whose server is stopped.
#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <memory>

#include <catch2/catch.hpp>

#include "tests/daemon/exporter_fixture.h"

namespace mtls::daemon::testing {
namespace {

/// DIR/source, mounted at DIR/mnt by a FUSE server.
class FuseMount {
 public:
  explicit FuseMount(const TempDir& dir)
      : point_(dir.path("mnt")),
        server_({.argv = {"/usr/bin/bindfs", "-f", dir.path("source"), point_}}) {
    mounted_ = eventually(5s, [&] { return is_mounted(); });
  }
  ~FuseMount() {
    server_.signal(SIGCONT);
    if (mounted_) (void)ChildProcess({.argv = {"/usr/bin/umount", point_}}).wait(10s);
  }
  FuseMount(const FuseMount&) = delete;
  FuseMount& operator=(const FuseMount&) = delete;

  bool mounted() const { return mounted_; }
  void stop() { server_.signal(SIGSTOP); }
  void go_on() { server_.signal(SIGCONT); }

 private:
  bool is_mounted() const {
    std::ifstream mounts("/proc/self/mountinfo");
    const std::string text{std::istreambuf_iterator<char>(mounts), {}};
    return text.find(" " + point_ + " ") != std::string::npos;
  }

  std::string point_;
  ChildProcess server_;
  bool mounted_ = false;
};

/// nullptr, with the reason in the output, if the test is not possible here.
std::unique_ptr<FuseMount> mount_fuse(const TempDir& dir) {
  auto mount = std::make_unique<FuseMount>(dir);
  if (mount->mounted()) return mount;
  WARN("skipped: no FUSE mount could be had (bindfs, /dev/fuse, the right to mount)");
  return nullptr;
}

struct RemoteSite {
  TempDir dir;

  RemoteSite() {
    write_server_certificate(dir);
    dir.write("local.pem", authority("Local").certificate_pem);
    dir.write("source/remote.pem", authority("Remote").certificate_pem);
    run_in(dir, "mkdir mnt; ln -s mnt/remote.pem link.pem");
    dir.write("nginx.conf", nginx_conf(asking_server("local", "local.pem") +
                                       asking_server("remote", "mnt/remote.pem") +
                                       asking_server("linked", "link.pem")));
  }
  Exporter::Expected problem(const char* file, const char* word, double count) const {
    return {.name = "nginx_mtls_bundle_problems",
            .labels = {{"path", dir.path(file)}, {"problem", word}},
            .value = count};
  }
  Exporter::Expected certificates(const char* file, double count) const {
    return {.name = "nginx_mtls_bundle_certificates",
            .labels = {{"path", dir.path(file)}, {"state", "valid"}},
            .value = count};
  }
};

TEST_CASE("F11, W13: a mount that hangs is reported as stuck, the rest goes on, and it recovers") {
  RemoteSite site;
  const auto mount = mount_fuse(site.dir);
  if (!mount) return;
  Exporter exporter(site.dir, {"--rescan.interval", "1s"});
  const auto unreliable = [&](const char* file) -> Exporter::Expected {
    return {.name = "nginx_mtls_watch_unreliable", .labels = {{"path", site.dir.path(file)}}};
  };
  CHECK(exporter.time_until(unreliable("mnt/remote.pem")) < 3s);
  CHECK(exporter.shows(unreliable("link.pem")));
  CHECK_FALSE(exporter.shows(unreliable("local.pem")));
  CHECK(exporter.shows(site.certificates("mnt/remote.pem", 1)));

  // W13: a change behind the mount is found by looking, and does not count as missed.
  site.dir.write("source/remote.pem",
                 authority("Remote").certificate_pem + authority("Second").certificate_pem);
  CHECK(exporter.time_until(site.certificates("mnt/remote.pem", 2), 10s) < 10s);
  CHECK(exporter.time_until(site.certificates("link.pem", 2)) < 3s);
  CHECK(exporter.value("nginx_mtls_watch_missed_total") == 0);

  mount->stop();
  const auto threads = exporter.value("process_threads");
  milliseconds slowest{};
  const bool seen = eventually(30s, [&] {
    const auto asked = std::chrono::steady_clock::now();
    const bool stuck = exporter.shows(site.problem("mnt/remote.pem", "stuck", 1));
    slowest = std::max(slowest, std::chrono::duration_cast<milliseconds>(
                                    std::chrono::steady_clock::now() - asked));
    return stuck;
  });
  CHECK(seen);
  CHECK(slowest < 1s);
  CHECK(exporter.time_until(site.problem("link.pem", "stuck", 1)) < 3s);
  CHECK(exporter.shows(site.problem("local.pem", "stuck", 0)));
  for (int n = 2; n <= 3; ++n) {  // the rest is as prompt as before
    site.dir.write("local.pem", site.dir.read("local.pem") + authority("More").certificate_pem);
    CHECK(exporter.time_until(site.certificates("local.pem", n)) < 1s);
  }
  CHECK(exporter.value("process_threads").value() <= threads.value() + 1);

  mount->go_on();
  CHECK(exporter.time_until(site.problem("mnt/remote.pem", "stuck", 0), 10s) < 10s);
  CHECK(exporter.time_until(site.certificates("link.pem", 2)) < 3s);
  mount->stop();  // it can end while a mount hangs
  std::this_thread::sleep_for(1500ms);
  exporter.process().signal(SIGTERM);
  CHECK(exporter.process().wait(4s) == 0);
}

TEST_CASE("F11: while the mount of web-config.yml hangs, scrapes go on with its last content") {
  const TempDir dir;
  dir.write("nginx.conf", nginx_conf(""));
  run_in(dir, "mkdir source mnt");
  const auto frame_options = [&](const std::string& value) {
    dir.write("source/w.yml", "http_server_config: {headers: {X-Frame-Options: " + value + "}}\n");
  };
  frame_options("deny");
  const auto mount = mount_fuse(dir);
  if (!mount) return;
  Exporter exporter(dir, {"--web.config.file", dir.path("mnt/w.yml")});
  const auto served = [&] { return exporter.get("/metrics").headers["x-frame-options"]; };
  CHECK(served() == "deny");

  mount->stop();
  frame_options("sameorigin");
  const bool told = eventually(30s, [&] {  // the kernel caches a stamp for a second
    const auto asked = std::chrono::steady_clock::now();
    CHECK(served() == "deny");
    CHECK(std::chrono::steady_clock::now() - asked < 1s);
    return exporter.log().find("the web configuration in use stays") != std::string::npos;
  });
  CHECK(told);

  mount->go_on();
  CHECK(eventually(10s, [&] { return served() == "sameorigin"; }));
  mount->stop();
  served();
  exporter.process().signal(SIGTERM);
  CHECK(exporter.process().wait(4s) == 0);
}

TEST_CASE("F11: a hanging mount to which nothing leads costs no thread") {
  const TempDir dir;
  dir.write("nginx.conf", nginx_conf(""));
  run_in(dir, "mkdir source mnt");
  const auto threads_after_reload = [&] {
    Exporter exporter(dir);
    exporter.process().signal(SIGHUP);
    CHECK(exporter.time_until({.name = "nginx_mtls_evaluations_total",
                               .labels = {{"trigger", "signal"}},
                               .value = 1}) < 10s);
    return exporter.value("process_threads").value_or(0);
  };
  const auto without = threads_after_reload();
  const auto mount = mount_fuse(dir);
  if (!mount) return;
  mount->stop();
  CHECK(threads_after_reload() == without);
}

TEST_CASE("stuck: check and dump say which mount hangs, print what they know, and exit with 3") {
  RemoteSite site;
  const auto mount = mount_fuse(site.dir);
  if (!mount) return;
  mount->stop();
  const std::string conf = "--nginx.conf=" + site.dir.path("nginx.conf");
  // LeakSanitizer, if present, would wait at the end for the thread that hangs.
  const std::map<std::string, std::string> no_leaks{{"ASAN_OPTIONS", "detect_leaks=0"}};
  ChildProcess check = exporter({"check", "--format=json", conf}, no_leaks);
  ChildProcess dump = exporter({"dump", conf}, no_leaks);
  ChildProcess client = exporter({"check", site.dir.path("mnt/remote.pem")}, no_leaks);
  ChildProcess settings =
      exporter({"dump", "--config.file=" + site.dir.path("mnt/s.yml")}, no_leaks);
  for (ChildProcess* command : {&check, &dump, &client, &settings}) {
    const Outcome outcome = outcome_of(*command);
    CHECK(outcome.code == 3);
    CHECK_THAT(outcome.error, Catch::Contains("/mnt does not answer"));
    CHECK(outcome.output.empty() == (command == &settings));
  }
}

TEST_CASE("stuck: check does not ask a mount that hangs when nothing leads there") {
  RemoteSite site;
  const auto mount = mount_fuse(site.dir);
  if (!mount) return;
  mount->stop();
  ChildProcess check = exporter({"check", site.dir.path("local.pem")});
  CHECK(outcome_of(check).code == 0);
}

}  // namespace
}  // namespace mtls::daemon::testing
