#include "daemon/watch/watcher.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>

#include "daemon/file_descriptor.h"
#include "tests/daemon/watch_scene.h"

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
    {"in place", "echo 0 > f", "f", {"echo 1 > f", "echo 2 > f", "echo 3 >> f", ": > f; echo 4 > f"}},
    {"rename over", "echo 0 > f", "f", {"echo 1 > n; mv n f", "echo 2 > n; mv n f"}},
    {"rename from another directory",
     "mkdir o; echo 0 > f",
     "f",
     {"echo 1 > o/n; mv o/n f", "echo 2 > o/n; mv o/n f"}},
    {"sed -i", "echo a > f", "f", {"sed -i s/a/b/ f", "sed -i s/b/c/ f"}},
    {"delete and recreate",
     "echo 0 > f",
     "f",
     {"rm f", "echo 1 > f", "echo 2 >> f", "rm f", "echo 3 > f"}},
    {"kubernetes ..data swap",
     "mkdir ..1; echo 1 > ..1/f; ln -s ..1 ..data; ln -s ..data/f f",
     "f",
     {"mkdir ..2; echo 2 > ..2/f; ln -s ..2 t; mv -T t ..data; rm -r ..1",
      "mkdir ..3; echo 3 > ..3/f; ln -s ..3 t; mv -T t ..data; rm -r ..2"}},
    {"certbot relink",
     "mkdir live archive; echo 1 > archive/c1; ln -s ../archive/c1 live/c",
     "live/c",
     {"echo 2 > archive/c2; ln -sf ../archive/c2 live/c",
      "echo 3 > archive/c3; rm live/c; ln -s ../archive/c3 live/c", "echo 4 > archive/c3"}},
    {"symlink target edited",
     "mkdir o; echo 0 > o/t; ln -s $PWD/o/t f",
     "f",
     {"echo 1 > o/t", "echo 2 > o/n; mv o/n o/t", "rm o/t", "echo 3 > o/t"}},
    {"ancestor symlink repointed",
     "mkdir -p r/1/d r/2/d; echo 1 > r/1/d/f; echo 2 > r/2/d/f; ln -s r/1 current",
     "current/d/f",
     {"ln -sfn r/2 current", "ln -sfn r/1 current", "echo 3 > r/1/d/f"}},
    {"directory deleted and recreated",
     "mkdir d; echo 0 > d/f",
     "d/f",
     {"rm -r d", "mkdir d; echo 1 > d/f", "echo 2 > d/f", "rm -r d; mkdir d; echo 3 > d/f",
      "echo 4 >> d/f"}},
    {"directory moved away and replaced",
     "mkdir d; echo 0 > d/f",
     "d/f",
     {"mv d o1; mkdir d; echo 1 > d/f", "echo 2 > d/f", "mv d o2; mkdir d; echo 3 > d/f",
      "echo 4 > d/f"}},
    {"grandparent swapped",
     "mkdir -p a/b n/b; echo 0 > a/b/f; echo 1 > n/b/f",
     "a/b/f",
     {"mv a o; mv n a", "mv a n; mv o a", "echo 2 > a/b/f"}},
    {"absent two levels",
     ":",
     "a/b/f",
     {"mkdir -p a/b; echo 1 > a/b/f", "echo 2 > a/b/f", "rm -r a", "mkdir -p a/b; echo 3 > a/b/f"}},
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
    {"hard link under another name", "echo 0 > f", "f", {"ln f g; echo 1 >> g", "echo 2 >> g"}},
    {"hard link elsewhere",
     "mkdir d o; echo 0 > d/f; ln d/f o/g",
     "d/f",
     {"echo 1 >> o/g", "echo 2 > o/g"}},
    {"chmod", "echo 0 > f", "f", {"chmod 600 f", "chmod 644 f"}},
    {"same size, times restored",
     "echo 0 > f; touch -d 2020-01-01 f",
     "f",
     {"echo 1 > f; touch -d 2020-01-01 f", "echo 2 > n; touch -d 2020-01-01 n; mv n f"}},
    {"directory, FIFO, loop, file",
     "mkdir f",
     "f",
     {"rmdir f; echo 1 > f", "rm f; mkfifo f", "rm f; ln -s f f", "rm f; echo 2 > f"}},
};

TEST_CASE("watcher: what happens to a path is known within a second, each time") {
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

TEST_CASE("watcher: what changed between the owner's look and watch() is reported") {
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

TEST_CASE("watcher: names nobody asked for and our own reads cause no change") {
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
  // /tmp may be busy with others: reads are judged by what nobody else can cause.
  for (int i = 0; i < 100; ++i) (void)scene.truth();
  scene.run_for(100ms);
  CHECK(scene.reports.empty());
}

TEST_CASE("watcher: a file that never rests is reported all the same") {
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

TEST_CASE("watcher: after lost events everything is looked at") {
  TemporaryDirectory dir;
  dir.run("mkdir d; echo 0 > d/f");
  WatchScene scene;
  scene.files = {dir / "d/f"};
  scene.start();
  for (int round = 1; round <= 2; ++round) {
    for (int i = 0; i < 9'000; ++i) {  // more than fs.inotify.max_queued_events: 16,384
      const std::string name = dir / ("d/" + std::to_string(i));
      const FileDescriptor made(::open(name.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
      ::unlink(name.c_str());
    }
    // Likely the new ones get the old inodes, and that the watches ended was among what got lost.
    dir.run("rm -r d; mkdir d; echo 1 > d/f");
    CHECK(scene.catches_up(2s));
    CHECK(scene.watcher->counts().overflows >= static_cast<std::uint64_t>(round));
    CHECK(scene.reports.back().everything);
    CHECK_FALSE(scene.reports.back().by_rescan);
    dir.run("echo 2 > d/f");  // the new directory is watched
    CHECK(scene.catches_up());
  }
  CHECK(scene.watcher->counts().missed == 0);
}

TEST_CASE("watcher: directories made while their parents are being armed are not lost") {
  TemporaryDirectory dir;
  WatchScene scene;
  scene.files = {dir / "a/b/c/f"};
  scene.start();
  for (int round = 0; round < 50; ++round) {
    CAPTURE(round);
    std::atomic<bool> made = false;
    std::thread maker([&] {
      std::error_code ignored;
      for (int i = 0; i <= round % 7; ++i) {
        std::filesystem::remove_all(dir / "a", ignored);
        std::filesystem::create_directory(dir / "a");
        std::this_thread::sleep_for(std::chrono::microseconds(round * 150));
        std::filesystem::create_directories(dir / "a/b/c");
        std::ofstream(dir / "a/b/c/f") << round;
      }
      made = true;
    });
    CHECK(scene.run_until([&] { return made.load(); }, 5s));
    maker.join();
    CHECK(scene.catches_up());
  }
  CHECK(scene.watcher->counts().missed == 0);
}

TEST_CASE("watcher: a mount over a directory, and its end, are seen") {
  TemporaryDirectory dir;
  dir.run("mkdir d; echo 0 > d/f; mount -t tmpfs tmpfs d 2>/dev/null && umount d && touch may || :");
  if (::access((dir / "may").c_str(), F_OK) != 0) {
    WARN("skipped: mounting is not permitted");
    return;
  }
  WatchScene scene;
  scene.files = {dir / "d/f"};
  scene.start();
  for (const char* step : {"mount -t tmpfs tmpfs d", "echo 1 > d/f", "echo 2 > d/f", "umount d",
                           "echo 3 > d/f"}) {
    CAPTURE(step);
    const base::Sightings before = scene.known;
    dir.run(step);
    CHECK(scene.catches_up());
    CHECK(scene.known != before);
  }
  dir.run("umount d 2>/dev/null || :");
  CHECK(scene.watcher->counts().missed == 0);
}

TEST_CASE("watcher: what only the rescan sees is counted as missed") {
  TemporaryDirectory dir;
  dir.run("mkdir d; echo 0 > d/f");
  WatchScene scene;
  // Magic links of /proc tell nothing when the descriptor they show moves on: a change without an event.
  FileDescriptor shown(::open((dir / "d").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  dir.run("mkdir e; echo 1 > e/f; ln -s /proc/" + std::to_string(::getpid()) + "/fd/" +
          std::to_string(shown.get()) + " link");
  scene.files = {dir / "link/f"};
  scene.start({.rescan_interval = 100ms, .poll_interval = 1h});
  const FileDescriptor other(::open((dir / "e").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  REQUIRE(::dup3(other.get(), shown.get(), O_CLOEXEC) >= 0);
  CHECK(scene.catches_up());
  CHECK(scene.reports.back().by_rescan);
  CHECK(scene.watcher->counts().missed == 1);
}

TEST_CASE("watcher: file systems that do not tell are polled") {
  FileDescriptor shown(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  WatchScene scene;
  const std::string path =
      "/proc/" + std::to_string(::getpid()) + "/fdinfo/" + std::to_string(shown.get());
  scene.files = {path};
  scene.start({.rescan_interval = 1h, .poll_interval = 50ms});
  CHECK(scene.watcher->counts().unreliable == std::set<std::string>{path});
  CHECK(scene.known.at(path).stamp);
  shown = FileDescriptor();
  CHECK(scene.run_until([&] { return scene.known.at(path).error == base::ErrorCode::kMissing; }));
  CHECK(scene.watcher->counts().missed == 0);
}

/// For as long as this lives no new descriptor can be had.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const FileDescriptor next(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    rlimit none = before_;
    none.rlim_cur = static_cast<rlim_t>(next.get());
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST_CASE("watcher: refused inotify, it polls, says so, and takes inotify when it can be had") {
  TemporaryDirectory dir;
  dir.run("echo 0 > f");
  WatchScene scene;
  scene.files = {dir / "f"};
  const WatchOptions options{.rescan_interval = 1500ms, .poll_interval = 100ms};
  {
    const NoDescriptors refused;
    scene.watcher = Watcher::create(scene.loop(), options, [&](const FileChanges& changes) {
      scene.reports.push_back(changes);
      scene.evaluate();
    });
  }
  scene.evaluate();
  scene.run_for(50ms);
  CHECK(scene.watcher->counts().fallback);
  CHECK(scene.watcher->counts().watches == 0);
  CHECK(scene.watcher->counts().unreliable == std::set<std::string>{dir / "f"});
  for (const char* step : {"echo 1 > f", "rm f", "echo 2 > f"}) {
    CAPTURE(step);
    dir.run(step);
    CHECK(scene.catches_up());
  }
  CHECK(scene.watcher->counts().missed == 0);
  CHECK(scene.run_until([&] { return !scene.watcher->counts().fallback; }, 3s));
  CHECK(scene.watcher->counts().unreliable.empty());
  CHECK(scene.watcher->counts().watches > 0);
}

TEST_CASE("watcher: an error that only reading shows is reported once, not for ever") {
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

TEST_CASE("watcher: a file as young as the owner's look at it is reported once more when it settled") {
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
    scene.watcher = Watcher::create(scene.loop(), {}, [&](const FileChanges& changes) {
      scene.reports.push_back(changes);
    });
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
