// What the kernel does not report: overflow, mounts, silent file systems, refused inotify.
#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "daemon/system/file_descriptor.h"
#include "tests/unit/daemon/system/no_descriptors.h"
#include "tests/unit/daemon/watch/watch_scene.h"

namespace mtls::daemon {
namespace {

using testing::NoDescriptors;
using testing::TemporaryDirectory;
using testing::WatchScene;
using namespace std::chrono_literals;

TEST_CASE("watcher: a change that only the rescan sees is counted as missed") {
  TemporaryDirectory dir;
  dir.run("mkdir d; echo 0 > d/f");
  WatchScene scene;
  // A magic link of /proc causes no event when its descriptor leads elsewhere: a change without an
  // event.
  system::FileDescriptor shown(::open((dir / "d").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  dir.run("mkdir e; echo 1 > e/f; ln -s /proc/" + std::to_string(::getpid()) + "/fd/" +
          std::to_string(shown.get()) + " link");
  scene.files = {dir / "link/f"};
  scene.start({.rescan_interval = 100ms, .poll_interval = 1h});
  const system::FileDescriptor other(
      ::open((dir / "e").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  REQUIRE(::dup3(other.get(), shown.get(), O_CLOEXEC) >= 0);
  CHECK(scene.catches_up());
  CHECK(scene.reports.back().by_rescan);
  CHECK(scene.watcher->counts().missed == 1);
}

TEST_CASE("watcher: file systems that report no changes are polled") {
  system::FileDescriptor shown(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  WatchScene scene;
  const std::string path =
      "/proc/" + std::to_string(::getpid()) + "/fdinfo/" + std::to_string(shown.get());
  scene.files = {path};
  scene.start({.rescan_interval = 1h, .poll_interval = 50ms});
  CHECK(scene.watcher->counts().unreliable == std::set<std::string>{path});
  CHECK(scene.known.at(path).stamp);
  shown = system::FileDescriptor();
  CHECK(scene.run_until([&] { return scene.known.at(path).error == base::ErrorCode::kMissing; }));
  CHECK(scene.watcher->counts().missed == 0);
}

TEST_CASE("W15: without inotify it polls, says so, and uses inotify once it is available") {
  TemporaryDirectory dir;
  dir.run("echo 0 > f");
  WatchScene scene;
  scene.files = {dir / "f"};
  const watch::WatchOptions options{.rescan_interval = 1500ms, .poll_interval = 100ms};
  scene.start_with(options, [] { return NoDescriptors(); });
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
