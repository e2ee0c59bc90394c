#include "daemon/watch/watcher.h"

#include <fstream>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/unit/daemon/watch/watch_scene.h"

namespace mtls::daemon {
namespace {

using testing::TemporaryDirectory;
using testing::WatchScene;
using namespace std::chrono_literals;

struct Situation {
  const char* name;
  const char* setup;
  const char* path;                // below the test's directory; with a wildcard: a pattern
  std::vector<const char*> steps;  // each must be seen
};

const std::vector<Situation> kSituations = {
    {"pattern gains and loses a file",
     "mkdir d; echo 0 > d/a.conf",
     "d/*.conf",
     {"echo 1 > d/b.conf", "rm d/a.conf", "mv d/b.conf d/c.conf", "rm -r d",
      "mkdir d; echo 2 > d/e.conf"}},
    {"pattern in the middle of a path",
     "mkdir s; mkdir s/a; echo 0 > s/a/x.pem",
     "s/*/x.pem",
     {"mkdir s/b; echo 1 > s/b/x.pem", "rm s/a/x.pem", "mkdir n; echo 2 > n/x.pem; mv n s/c",
      "mkdir s/d", "echo 3 > s/d/x.pem"}},
    {"hard link elsewhere",
     "mkdir d o; echo 0 > d/f; ln d/f o/g",
     "d/f",
     {"echo 1 >> o/g", "echo 2 > o/g"}},
    {"sed -i", "echo a > f", "f", {"sed -i s/a/b/ f", "sed -i s/b/c/ f"}},
    {"absent again",
     "mkdir -p a/b; echo 1 > a/b/f",
     "a/b/f",
     {"rm -r a", "mkdir -p a/b; echo 3 > a/b/f", "rm -r a; mkdir -p a/b; echo 4 > a/b/f"}},
};

TEST_CASE("watcher: each change of a path is known within a second") {
  for (const Situation& situation : kSituations) {
    CAPTURE(situation.name);
    TemporaryDirectory dir;
    dir.run(situation.setup);
    WatchScene scene;
    const bool is_pattern = std::string(situation.path).find('*') != std::string::npos;
    (is_pattern ? scene.patterns : scene.files).push_back(dir / situation.path);
    scene.start();
    REQUIRE(scene.catches_up());
    for (const char* step : situation.steps) {
      CAPTURE(step);
      const base::Sightings before = scene.known;
      dir.run(step);
      CHECK(scene.catches_up());
      const bool silent = std::string(step) == "mkdir s/d";  // no match appears, the watches move
      CHECK((scene.known != before) != silent);
    }
    CHECK(scene.watcher->counts().missed == 0);
    CHECK_FALSE(scene.watcher->counts().fallback);
    CHECK(scene.watcher->counts().unreliable.empty());
  }
}

TEST_CASE("watcher: a change between the owner's look and watch() is reported") {
  TemporaryDirectory dir;
  dir.run("echo 0 > f");
  WatchScene scene;
  scene.files = {dir / "f", dir / "g"};
  scene.start();
  scene.known = scene.truth();
  dir.run("echo 1 > f; echo 1 > g");
  scene.watcher->watch(scene.known);
  CHECK(scene.reports.empty());  // not from inside watch()
  CHECK(scene.catches_up());
}

TEST_CASE("watcher: a difference is reported once, and a later one again") {
  TemporaryDirectory dir;
  dir.run("echo 0 > f");
  WatchScene scene;
  scene.files = {dir / "f"};
  scene.start();
  scene.reacts = false;
  dir.run("echo 1 > f");
  CHECK(scene.run_until([&] { return scene.reports.size() == 1; }));
  dir.run("exec 3>>f");  // an event that changes nothing
  scene.run_for(200ms);
  CHECK(scene.reports.size() == 1);
  dir.run("rm f");
  CHECK(scene.run_until([&] { return scene.reports.size() == 2; }));
  scene.watcher->rescan();
  scene.run_for(100ms);
  CHECK(scene.reports.size() == 2);
}

TEST_CASE("watcher: unrelated names and our own reads are not reported") {
  TemporaryDirectory dir;
  dir.run("mkdir d; echo 0 > d/f");
  WatchScene scene;
  scene.files = {dir / "d/f"};
  scene.patterns = {dir / "d/*.conf"};
  std::this_thread::sleep_for(50ms);  // the file is not younger than the watcher
  scene.start({.rescan_interval = 1h, .poll_interval = 1h, .settle = 1ms});
  dir.run("echo 1 > d/other; mv d/other d/another; rm d/another; mkdir x; touch y; rm -r x");
  scene.run_for(200ms);
  CHECK(scene.reports.empty());
  CHECK(scene.watcher->counts().events > 0);
  // Others may be busy in /tmp, so reads are judged by events that nobody else can cause.
  for (int i = 0; i < 100; ++i) (void)scene.truth();
  scene.run_for(100ms);
  CHECK(scene.reports.empty());
}

TEST_CASE("W16: a file that is written without pause is reported as well") {
  TemporaryDirectory dir;
  dir.run("echo 0 > f");
  WatchScene scene;
  scene.files = {dir / "f"};
  scene.start();
  std::ofstream busy(dir / "f", std::ios::app);
  const auto start = testing::Clock::now();
  const std::size_t before = scene.reports.size();
  CHECK(scene.run_until(
      [&] {
        busy << "x" << std::flush;
        return scene.reports.size() > before;
      },
      3s));
  const auto waited = testing::Clock::now() - start;
  CHECK(waited < 1500ms);
  CHECK(waited > 500ms);  // it did wait for quiet
}

TEST_CASE("watcher: an error that only reading shows is reported once, not forever") {
  TemporaryDirectory dir;
  dir.run("echo more than four bytes > f");
  WatchScene scene;
  scene.limit = 4;  // kTooLarge when read, a stamp when looked at
  scene.files = {dir / "f"};
  scene.start({.rescan_interval = 50ms, .poll_interval = 1h});
  scene.run_for(300ms);
  CHECK(scene.reports.size() == 1);
  dir.run("echo ok > f");
  CHECK(scene.catches_up());
  dir.run("echo too large again > f");
  CHECK(scene.catches_up());
  CHECK(scene.watcher->counts().missed == 0);
}

TEST_CASE("W18: a file as young as the owner's look at it is reported once more after it settled") {
  TemporaryDirectory dir;
  dir.run("echo 0 > f");
  WatchScene scene;
  scene.files = {dir / "f"};
  scene.start({.rescan_interval = 1h, .poll_interval = 1h, .settle = 300ms});
  CHECK(scene.reports.empty());
  CHECK(scene.run_until([&] { return scene.reported(dir / "f"); }));
  scene.run_for(700ms);
  CHECK(scene.reports.size() == 1);
}

TEST_CASE("watcher: closing while a worker looks leaves nothing behind and reports nothing") {
  TemporaryDirectory dir;
  dir.run("mkdir d; for i in $(seq 500); do echo $i > d/$i; done");
  for (const bool destroyed : {false, true}) {
    WatchScene scene;
    for (int i = 1; i <= 500; ++i) scene.files.push_back(dir / ("d/" + std::to_string(i)));
    scene.watcher = watch::Watcher::create(
        scene.world(), {},
        [&](const watch::FileChanges& changes) { scene.reports.push_back(changes); });
    scene.watcher->watch(scene.truth());
    scene.watcher->close();
    if (destroyed) scene.watcher.reset();
    scene.run_for(100ms);
    CHECK(scene.reports.empty());
  }
}

TEST_CASE("watcher: watches go with the paths that need them") {
  TemporaryDirectory dir;
  dir.run("mkdir a b; echo 0 > a/f; echo 0 > b/f");
  WatchScene scene;
  scene.files = {dir / "a/f"};
  scene.start();
  const std::uint64_t one = scene.watcher->counts().watches;
  CHECK(one == 5);  // /, /tmp, the test's directory, a, f
  scene.files = {dir / "a/f", dir / "b/f"};
  scene.evaluate();
  CHECK(scene.run_until([&] { return scene.watcher->counts().watches == one + 2; }));
  scene.files = {dir / "b/f"};
  scene.evaluate();
  CHECK(scene.run_until([&] { return scene.watcher->counts().watches == one; }));
  scene.files = {};
  scene.evaluate();
  CHECK(scene.run_until([&] { return scene.watcher->counts().watches == 0; }));
}

}  // namespace
}  // namespace mtls::daemon
