// Random changes to every component of a path, checked against the disk itself (reliability §3.3).
#include <array>
#include <random>

#include <catch2/catch.hpp>

#include "tests/daemon/watch_scene.h"

namespace mtls::daemon {
namespace {

using testing::TemporaryDirectory;
using testing::WatchScene;
using namespace std::chrono_literals;

// Of cur/d/f every component may be missing, a directory, a file or a link. Steps may find nothing
// to do.
constexpr std::array kOperations = {
    "echo $RANDOM >> cur/d/f",
    "echo $N > cur/d/f",
    "echo $N > new; mv -T new cur/d/f",
    "rm -rf cur/d/f",
    "ln cur/d/f hard; echo $N >> hard; rm -f hard",
    "ln -sfn ../../target$((N % 2)) cur/d/f",
    "echo $N > target0",
    "echo $N > new; mv new target1",
    "rm -f target0",
    "rm -rf cur/d; mkdir -p cur/d; echo $N > cur/d/f",
    "mv -T cur/d away$N; mkdir -p cur/d",
    "rm -rf cur/d; ln -sfn ../store cur/d",
    "mkdir -p store; echo $N > store/f",
    "rm -rf store",
    "rm -rf cur; mkdir cur",
    "rm -rf cur; mkdir -p rel$((N % 3))/d; echo $N > rel$((N % 3))/d/f; ln -s rel$((N % 3)) cur",
    "ln -sfn rel1 next; mv -T next cur",
    "rm -rf rel1",
    "mkdir -p cur/d; mkdir cur/d/f",
    "chmod 600 cur/d/f; chmod 644 cur/d/f",
    "mkdir -p made/d; echo $N > made/d/f; rm -rf cur; mv -T made cur",
    "rm -rf cur; ln -s cur cur",
};

TEST_CASE("watcher: after any sequence of changes the owner knows what is on the disk") {
  const unsigned seed = std::random_device{}();
  WARN("seed " << seed);
  std::mt19937 random(seed);
  TemporaryDirectory dir;
  WatchScene scene;
  scene.files = {dir / "cur/d/f"};
  scene.patterns = {dir / "cur/*/f", dir / "cur/d/*"};
  scene.start();
  int changed = 0;
  for (int step = 0; step < 200; ++step) {
    std::string script = "N=" + std::to_string(step) + "; exec 2>/dev/null";
    const unsigned burst = 1 + random() % 4;
    for (unsigned i = 0; i < burst; ++i) {
      script += std::string("\n") + kOperations[random() % kOperations.size()];
    }
    CAPTURE(seed, step, script);
    const base::Sightings before = scene.known;
    dir.run(script + "\n:");
    REQUIRE(scene.catches_up());
    if (scene.known != before) ++changed;
    // An owner that is right by luck of the last look would be wrong later: the watches must have
    // followed.
    if (step % 10 == 0) scene.run_for(20ms);
  }
  CHECK(changed > 50);  // many steps meet a path that is gone
  CHECK(scene.watcher->counts().missed == 0);
  CHECK(scene.watcher->counts().overflows == 0);
}

}  // namespace
}  // namespace mtls::daemon
