// What a real nginx has loaded, and what it says to real clients, against what the daemon says of
// it: while files only wait for a reload, after reloads, refused reloads and crashes.
#include <catch2/catch.hpp>

#include "tests/daemon/loaded_scene.h"

namespace mtls::daemon::testing {
namespace {

/// nginx with a daemon beside it that has seen it load its files.
struct Known : Scene {
  NginxRunner nginx{dir};
  std::unique_ptr<Exporter> daemon = exporter();

  // On a busy machine a reload may come before the daemon has seen the master idle. Then nothing is
  // known until the next one.
  Known() {
    for (int tries = 0; tries < 3; ++tries) {
      nginx.reload();
      if (daemon->time_until(pending(*this, 0)) < 2s) return;
    }
    throw std::runtime_error("nothing is known after reloads: " + daemon->scrape());
  }
};

}  // namespace

TEST_CASE("loaded: a replaced bundle is pending within a second, until nginx has reloaded") {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no nginx");
    return;
  }
  Known known;
  const Exporter& daemon = *known.daemon;
  CHECK(daemon.shows(loaded("a", 1)));
  CHECK(daemon.shows(loaded("b", 0)));

  known.dir.rename_over("ca.pem", known.dir.read("b.pem"));
  CHECK(daemon.time_until(pending(known, 1)) < 1s);
  CHECK(verdict(daemon, "a", "predicted") == 0);
  CHECK(verdict(daemon, "a", "loaded") == 1);
  CHECK(verdict(daemon, "b", "predicted") == 1);
  CHECK(verdict(daemon, "b", "loaded") == 0);
  CHECK(known.is_accepted("a"));
  CHECK_FALSE(known.is_accepted("b"));
  CHECK(daemon.value("nginx_mtls_findings", {{"rule", "reload-pending"}}) == 1);
  CHECK(daemon.value("nginx_mtls_findings", {{"rule", "live-verdict-differs"}}) == 2);

  known.nginx.reload();
  CHECK(daemon.time_until(pending(known, 0)) < 2s);
  CHECK(daemon.shows(loaded("a", 0)));
  CHECK(daemon.shows(loaded("b", 1)));
  CHECK_FALSE(known.is_accepted("a"));
  CHECK_FALSE(daemon.value("nginx_mtls_findings", {{"rule", "reload-pending"}}));
  CHECK_FALSE(daemon.value("nginx_mtls_findings", {{"rule", "live-verdict-differs"}}));
}

TEST_CASE("loaded: the old bundle back on the disk waits for nothing") {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no nginx");
    return;
  }
  const Known known;
  known.dir.rename_over("ca.pem", known.dir.read("b.pem"));
  CHECK(known.daemon->time_until(pending(known, 1)) < 1s);
  known.dir.rename_over("ca.pem", known.dir.read("a.pem"));
  CHECK(known.daemon->time_until(pending(known, 0)) < 1s);
  run_in(known.dir, "touch ca.pem");
  CHECK(stays(*known.daemon, pending(known, 0)));
}

TEST_CASE("loaded: after a refused reload the files are still pending, and nginx says the same") {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no nginx");
    return;
  }
  const Known known;
  known.dir.rename_over("ca.pem", "nothing of use\n");
  CHECK(known.daemon->time_until(pending(known, 1)) < 1s);
  Scene::hang_up(known.nginx);
  CHECK(
      eventually(5s, [&] { return known.nginx.error_log().find("[emerg]") != std::string::npos; }));
  CHECK(stays(*known.daemon, pending(known, 1)));
  CHECK(known.daemon->shows(loaded("a", 1)));
  CHECK(known.is_accepted("a"));
}

TEST_CASE("loaded: a worker that crashed and was started again clears nothing") {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no nginx");
    return;
  }
  const Known known;
  known.dir.rename_over("ca.pem", known.dir.read("b.pem"));
  CHECK(known.daemon->time_until(pending(known, 1)) < 1s);
  std::this_thread::sleep_for(3s);  // a crash right after a reload would leave things open
  for (int i = 0; i < 5; ++i) {
    Scene::crash(known.nginx);
    CHECK(stays(*known.daemon, pending(known, 1)));
    CHECK(known.daemon->shows(loaded("a", 1)));
    CHECK(eventually(2s, [&] { return known.is_accepted("a"); }));
  }
}

TEST_CASE("loaded: a changed configuration is pending too, and the loaded one still decides") {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no nginx");
    return;
  }
  Known known;
  known.write_conf("worker_rlimit_nofile 512;\n");
  const Exporter::Expected conf{.name = kReloadPending,
                                .labels = {{"path", known.dir.path("nginx.conf")}}};
  CHECK(known.daemon->time_until(conf) < 1s);
  CHECK(known.daemon->shows(loaded("a", 1)));
  known.dir.rename_over("ca.pem", known.dir.read("b.pem"));
  CHECK(known.daemon->time_until(pending(known, 1)) < 1s);
  CHECK(known.daemon->shows(loaded("a", 1)));
  CHECK(known.is_accepted("a"));
  known.nginx.reload();
  CHECK(known.daemon->time_until({.name = kReloadPending, .labels = conf.labels, .value = 0}) < 2s);
  CHECK(known.daemon->shows(loaded("a", 0)));
}

TEST_CASE("loaded: a daemon that starts later goes by the times of the files") {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no nginx");
    return;
  }
  const Scene scene;
  std::this_thread::sleep_for(2500ms);
  const NginxRunner nginx(scene.dir);
  auto daemon = scene.exporter();
  CHECK(daemon->time_until(pending(scene, 0)) < 1s);
  CHECK(daemon->shows(loaded("a", 1)));
  daemon.reset();
  std::this_thread::sleep_for(2500ms);
  scene.dir.rename_over("ca.pem", scene.dir.read("b.pem"));
  daemon = scene.exporter();
  CHECK(daemon->time_until(pending(scene, 1)) < 1s);
  CHECK(daemon->shows(loaded("a", std::nullopt)));
  CHECK(daemon->shows(loaded("b", std::nullopt)));
}

TEST_CASE("loaded: files as young as nginx itself are not known, and that is all that is said") {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no nginx");
    return;
  }
  const Scene scene;
  const NginxRunner nginx(scene.dir);
  const auto daemon = scene.exporter();
  CHECK(stays(*daemon, pending(scene, std::nullopt)));
  CHECK(daemon->shows(loaded("a", std::nullopt)));
}

}  // namespace mtls::daemon::testing
