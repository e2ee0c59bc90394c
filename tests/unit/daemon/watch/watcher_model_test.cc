// Random changes to every component of a path, checked against the disk itself.
// MTLS_WATCH_SEED and MTLS_WATCH_STEPS choose another run, or a longer one.
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/unit/daemon/watch/watch_scene.h"

namespace mtls::daemon {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryDirectory;
using testing::WatchScene;
using namespace std::chrono_literals;

/// The disk of the model: `cur/d/f`; each component may be missing, a directory, a file or a link.
/// A change may find nothing to do.
class Site {
 public:
  explicit Site(const TemporaryDirectory& dir) : dir_(dir) {}

  void count() { ++n_; }
  int n() const { return n_; }

  void write(const char* path) { std::ofstream(dir_ / path) << n_; }
  void append(const char* path) { std::ofstream(dir_ / path, std::ios::app) << n_; }
  void remove(const char* path) { fs::remove_all(dir_ / path, ignored_); }
  void make(const char* path) { fs::create_directories(dir_ / path, ignored_); }
  void rename(const std::string& from, const std::string& to) {
    fs::rename(dir_ / from, dir_ / to, ignored_);
  }
  void link(const char* target, const char* path) {
    fs::create_symlink(target, dir_ / path, ignored_);
  }
  void hard_link(const char* from, const char* to) {
    fs::create_hard_link(dir_ / from, dir_ / to, ignored_);
  }
  void mode(const char* path, mode_t mode) { (void)::chmod((dir_ / path).c_str(), mode); }

 private:
  const TemporaryDirectory& dir_;
  int n_ = 0;
  std::error_code ignored_;
};

struct Operation {
  const char* name;
  void (*act)(Site& site);
};

constexpr std::array kOperations = {
    Operation{"append", [](Site& s) { s.append("cur/d/f"); }},
    Operation{"write in place", [](Site& s) { s.write("cur/d/f"); }},
    Operation{"rename over", [](Site& s) { s.write("new"), s.rename("new", "cur/d/f"); }},
    Operation{"remove", [](Site& s) { s.remove("cur/d/f"); }},
    Operation{"write through a hard link",
              [](Site& s) { s.hard_link("cur/d/f", "hard"), s.append("hard"), s.remove("hard"); }},
    Operation{"make it a link",
              [](Site& s) {
                s.remove("cur/d/f");
                s.link(s.n() % 2 == 0 ? "../../target0" : "../../target1", "cur/d/f");
              }},
    Operation{"write a target", [](Site& s) { s.write("target0"); }},
    Operation{"replace a target", [](Site& s) { s.write("new"), s.rename("new", "target1"); }},
    Operation{"remove a target", [](Site& s) { s.remove("target0"); }},
    Operation{"recreate its directory",
              [](Site& s) { s.remove("cur/d"), s.make("cur/d"), s.write("cur/d/f"); }},
    Operation{"move its directory away",
              [](Site& s) { s.remove("away"), s.rename("cur/d", "away"), s.make("cur/d"); }},
    Operation{"make its directory a link",
              [](Site& s) { s.remove("cur/d"), s.link("../store", "cur/d"); }},
    Operation{"fill the store", [](Site& s) { s.make("store"), s.write("store/f"); }},
    Operation{"remove the store", [](Site& s) { s.remove("store"); }},
    Operation{"empty everything", [](Site& s) { s.remove("cur"), s.make("cur"); }},
    Operation{"release",
              [](Site& s) {
                const char* const name = s.n() % 2 == 0 ? "rel0" : "rel1";
                s.remove("cur"), s.make((std::string(name) + "/d").c_str());
                s.write((std::string(name) + "/d/f").c_str()), s.link(name, "cur");
              }},
    Operation{"roll back", [](Site& s) { s.link("rel1", "next"), s.rename("next", "cur"); }},
    Operation{"remove a release", [](Site& s) { s.remove("rel1"); }},
    Operation{"make it a directory", [](Site& s) { s.remove("cur/d/f"), s.make("cur/d/f"); }},
    Operation{"forbid and allow",
              [](Site& s) { s.mode("cur/d/f", 0600), s.mode("cur/d/f", 0644); }},
    Operation{"move a ready-made one in",
              [](Site& s) {
                s.remove("made"), s.make("made/d"), s.write("made/d/f");
                s.remove("cur"), s.rename("made", "cur");
              }},
    Operation{"loop", [](Site& s) { s.remove("cur"), s.link("cur", "cur"); }},
};

unsigned setting(const char* name, unsigned usual) {
  const char* value = std::getenv(name);
  return value == nullptr ? usual : static_cast<unsigned>(std::stoul(value));
}

TEST_CASE("watcher: after any sequence of changes the owner knows what is on the disk") {
  static_assert(kOperations.size() == 22);
  const unsigned seed = setting("MTLS_WATCH_SEED", std::random_device{}());
  const unsigned steps = setting("MTLS_WATCH_STEPS", 500);
  WARN("seed " << seed << ", " << steps << " steps");
  std::mt19937 random(seed);
  TemporaryDirectory dir;
  Site site(dir);
  WatchScene scene;
  scene.files = {dir / "cur/d/f"};
  scene.patterns = {dir / "cur/*/f", dir / "cur/d/*"};
  scene.start();
  unsigned changed = 0;
  for (unsigned step = 0; step < steps; ++step) {
    const base::Sightings before = scene.known;
    std::string done;
    for (unsigned burst = 1 + random() % 4; burst > 0; --burst) {
      const Operation& operation = kOperations.at(random() % kOperations.size());
      site.count();
      operation.act(site);
      done.append(operation.name).append("; ");
    }
    if (!scene.catches_up(5s)) {
      CAPTURE(seed, step, done);
      FAIL("the owner does not know what is on the disk");
    }
    if (scene.known != before) ++changed;
    // An owner that is right only because of a lucky last look would be wrong later: the watches
    // must have followed.
    if (step % 10 == 0) scene.run_for(20ms);
    scene.reports.clear();
  }
  CHECK(changed > steps / 4);  // many steps find no path
  CHECK(scene.watcher->counts().missed == 0);
  CHECK(scene.watcher->counts().overflows == 0);
}

TEST_CASE("W9: directories made while their parents are being armed are not lost") {
  TemporaryDirectory dir;
  WatchScene scene;
  scene.files = {dir / "a/b/c/f"};
  scene.start();
  const unsigned rounds = setting("MTLS_WATCH_RACES", 150);
  for (unsigned round = 0; round < rounds; ++round) {
    CAPTURE(round);
    std::atomic<bool> made = false;
    std::thread maker([&] {
      std::error_code ignored;
      fs::remove_all(dir / "a", ignored);
      fs::create_directory(dir / "a");
      // About 5 ms after the event of `a` the watcher walks and arms.
      std::this_thread::sleep_for(std::chrono::microseconds(5000 + 10 * (round % 200)));
      fs::create_directories(dir / "a/b/c");
      std::ofstream(dir / "a/b/c/f") << "first";
      made = true;
    });
    const bool in_time = scene.run_until([&] { return made.load(); }, 5s);
    maker.join();
    REQUIRE(in_time);
    REQUIRE(scene.catches_up());
    std::ofstream(dir / "a/b/c/f") << round;  // the path to it is watched
    REQUIRE(scene.catches_up());
    scene.reports.clear();
  }
  CHECK(scene.watcher->counts().missed == 0);
}

TEST_CASE("W14: after events were lost everything is looked at, each time") {
  TemporaryDirectory dir;
  dir.run("mkdir d; echo 0 > d/f");
  WatchScene scene;
  scene.files = {dir / "d/f"};
  std::this_thread::sleep_for(50ms);
  scene.start({.rescan_interval = 1h, .poll_interval = 1h, .settle = 1ms});
  const unsigned rounds = setting("MTLS_WATCH_OVERFLOWS", 3);
  for (unsigned round = 1; round <= rounds; ++round) {
    CAPTURE(round);
    for (int i = 0; i < 9'000; ++i) {  // more than fs.inotify.max_queued_events: 16,384
      const std::string name = dir / ("d/" + std::to_string(i));
      std::ofstream(name).close();
      ::unlink(name.c_str());
    }
    // The new directories probably get the old inodes, and the events about the end of their
    // watches were among the lost ones.
    dir.run("rm -r d; mkdir d; echo 1 > d/f");
    CHECK(scene.catches_up(2s));
    CHECK(scene.watcher->counts().overflows == round);
    CHECK(scene.reports.back().everything);
    CHECK_FALSE(scene.reports.back().by_rescan);
    dir.run("echo 2 > d/f");  // the new directory is watched
    CHECK(scene.catches_up());
    scene.reports.clear();
  }
  CHECK(scene.watcher->counts().missed == 0);
}

}  // namespace
}  // namespace mtls::daemon
