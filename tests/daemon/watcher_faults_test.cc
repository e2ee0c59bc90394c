// What the kernel does not tell: overflow, mounts, silent file systems, inotify refused.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <thread>

#include <catch2/catch.hpp>

#include "daemon/file_descriptor.h"
#include "tests/daemon/watch_scene.h"

namespace mtls::daemon {
namespace {

using testing::TemporaryDirectory;
using testing::WatchScene;
using namespace std::chrono_literals;

TEST_CASE("watcher: after lost events everything is looked at") {
  TemporaryDirectory dir;
  dir.run("mkdir d; echo 0 > d/f");
  WatchScene scene;
  scene.files = {dir / "d/f"};
  std::this_thread::sleep_for(50ms);
  scene.start({.rescan_interval = 1h, .poll_interval = 1h, .settle = 1ms});
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

TEST_CASE("watcher: a mount over a directory, and its end, are seen") {
  TemporaryDirectory dir;
  dir.run(
      "mkdir d; echo 0 > d/f; mount -t tmpfs tmpfs d 2>/dev/null && umount d && touch may || :");
  if (::access((dir / "may").c_str(), F_OK) != 0) {
    WARN("skipped: mounting is not permitted");
    return;
  }
  WatchScene scene;
  scene.files = {dir / "d/f"};
  scene.start();
  for (const char* step :
       {"mount -t tmpfs tmpfs d", "echo 1 > d/f", "echo 2 > d/f", "umount d", "echo 3 > d/f"}) {
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
  // Magic links of /proc tell nothing when the descriptor they show moves on: a change without an
  // event.
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
    scene.watcher = Watcher::create(scene.world(), options, [&](const FileChanges& changes) {
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

}  // namespace
}  // namespace mtls::daemon
