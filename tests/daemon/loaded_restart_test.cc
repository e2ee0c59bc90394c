// What nginx has loaded, told over our own restart: it stays known where nothing was loaded since,
// and is not guessed where something may have been.
#include <catch2/catch.hpp>

#include <filesystem>

#include "tests/daemon/loaded_scene.h"

namespace mtls::daemon::testing {
namespace {

/// The scene, an exporter that has kept its state, and the next one.
class Restart {
 public:
  Restart() {
    std::filesystem::create_directory(scene.dir.path("state"));
    scene.dir.write("ca-b.pem", scene.dir.read("b.pem"));
    std::this_thread::sleep_for(2500ms);  // what is on the disk is surely what nginx reads
    nginx = std::make_unique<NginxRunner>(scene.dir);
    std::this_thread::sleep_for(2500ms);
    start();
    REQUIRE(exporter->time_until(pending(scene, 0)) < 3s);
    REQUIRE(eventually(
        10s, [&] { return std::filesystem::exists(scene.dir.path("state/loaded.json")); }));
  }

  void start() { exporter = scene.exporter({"--state.directory", scene.dir.path("state")}); }
  void stop() {
    exporter->process().signal(SIGTERM);
    REQUIRE(exporter->process().wait(10s) == 0);
    exporter.reset();
  }
  void trust_b() const {
    scene.dir.rename_over("ca.pem", scene.dir.read("b.pem"));
    std::this_thread::sleep_for(2500ms);  // whoever goes by the times takes it for old
  }
  bool waits_for_reload() const {
    return exporter->time_until(pending(scene, 1)) < 3s &&
           exporter->time_until(loaded("a", 1)) < 3s && exporter->time_until(loaded("b", 0)) < 3s;
  }
  bool is_unknown() const {
    return exporter->shows(pending(scene, std::nullopt)) &&
           exporter->shows(loaded("a", std::nullopt)) && exporter->shows(loaded("b", std::nullopt));
  }

  Scene scene;
  std::unique_ptr<NginxRunner> nginx;
  std::unique_ptr<Exporter> exporter;
};

}  // namespace

TEST_CASE("loaded restart: a bundle that was replaced before still waits, with nginx's verdict") {
  if (!NginxRunner::available()) return;
  Restart restart;
  restart.trust_b();
  REQUIRE(restart.waits_for_reload());
  restart.stop();
  restart.start();
  CHECK(restart.waits_for_reload());
  CHECK(restart.scene.is_accepted("a"));
  Scene::hang_up(*restart.nginx);
  CHECK(restart.exporter->time_until(pending(restart.scene, 0)) < 3s);
  CHECK(eventually(1s, [&] { return restart.scene.is_accepted("b"); }));  // old workers go
}

TEST_CASE("loaded restart: a bundle that was replaced meanwhile waits, with nginx's verdict") {
  if (!NginxRunner::available()) return;
  Restart restart;
  restart.stop();
  restart.trust_b();
  restart.start();
  CHECK(restart.waits_for_reload());
  CHECK(restart.scene.is_accepted("a"));
}

TEST_CASE("loaded restart: after a crash or a reload that nobody saw nothing is guessed") {
  if (!NginxRunner::available()) return;
  for (const bool is_reload : {false, true}) {
    CAPTURE(is_reload);
    Restart restart;
    restart.trust_b();
    restart.stop();
    if (is_reload) {
      Scene::hang_up(*restart.nginx);
    } else {
      Scene::crash(*restart.nginx);
    }
    REQUIRE(eventually(5s, [&] { return restart.scene.is_accepted("b") == is_reload; }));
    std::this_thread::sleep_for(2500ms);
    restart.start();
    CHECK(restart.is_unknown());
    Scene::hang_up(*restart.nginx);
    CHECK(restart.exporter->time_until(pending(restart.scene, 0)) < 3s);
  }
}

TEST_CASE("loaded restart: of another nginx nothing counts, and that is said once") {
  if (!NginxRunner::available()) return;
  Restart restart;
  restart.stop();
  restart.nginx.reset();
  restart.trust_b();
  restart.nginx = std::make_unique<NginxRunner>(restart.scene.dir);
  std::this_thread::sleep_for(2500ms);
  restart.start();
  CHECK(restart.exporter->time_until(pending(restart.scene, 0)) < 3s);
  CHECK(restart.exporter->log().find("that nginx does not run any more") != std::string::npos);
  CHECK(std::filesystem::exists(restart.scene.dir.path("state/loaded.json.unused")));
}

TEST_CASE("loaded restart: what is kept is what nginx has, and never a private key") {
  if (!NginxRunner::available()) return;
  Scene scene;
  std::filesystem::create_directory(scene.dir.path("state"));
  run_in(scene.dir, "cat server.key >> server.pem");
  const auto kept = [&] {  // the contents
    std::string all;
    const std::filesystem::directory_iterator contents(scene.dir.path("state/contents"));
    for (const auto& file : contents)
      all += scene.dir.read("state/contents/" + file.path().filename().string());
    return all;
  };
  std::this_thread::sleep_for(2500ms);
  const NginxRunner nginx(scene.dir);
  std::this_thread::sleep_for(2500ms);
  const auto exporter = scene.exporter({"--state.directory", scene.dir.path("state")});
  REQUIRE(eventually(10s,
                     [&] { return std::filesystem::exists(scene.dir.path("state/loaded.json")); }));
  CHECK(kept() == scene.dir.read("a.pem"));
  using std::filesystem::perms;
  const auto mode = [&](const std::string& name) {
    return std::filesystem::status(scene.dir.path("state/" + name)).permissions();
  };
  CHECK(mode("loaded.json") == (perms::owner_read | perms::owner_write));
  CHECK(mode("logs.json") == (perms::owner_read | perms::owner_write));
  CHECK(mode("contents") == perms::owner_all);
  scene.dir.rename_over("ca.pem", scene.dir.read("b.pem"));
  REQUIRE(exporter->time_until(pending(scene, 1)) < 3s);
  Scene::hang_up(nginx);
  CHECK(eventually(10s, [&] { return kept() == scene.dir.read("b.pem"); }));
}

}  // namespace mtls::daemon::testing
