// What can happen to files (rows W and F of docs/reliability.md): 32 situations in 62 steps, each
// done to a watched path of a real file system and known to the owner afterwards: by events where
// the kernel sends any, and once more without inotify.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <functional>

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

using Act = std::function<void(const TemporaryDirectory& dir)>;

Act sh(const char* snippet) {
  return [snippet](const TemporaryDirectory& dir) { dir.run(snippet); };
}

/// renameat2(2) with RENAME_EXCHANGE of `f` and `n`.
void exchange(const TemporaryDirectory& dir) {
  REQUIRE(::renameat2(AT_FDCWD, (dir / "f").c_str(), AT_FDCWD, (dir / "n").c_str(),
                      RENAME_EXCHANGE) == 0);
}

/// Writes one byte through a shared mapping of `f`; returns the open descriptor.
system::FileDescriptor write_mapped(const TemporaryDirectory& dir, char byte) {
  system::FileDescriptor file(::open((dir / "f").c_str(), O_RDWR | O_CLOEXEC));
  void* mapped = ::mmap(nullptr, 1, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  REQUIRE(mapped != MAP_FAILED);
  *static_cast<char*>(mapped) = byte;
  ::msync(mapped, 1, MS_SYNC);
  ::munmap(mapped, 1);
  return file;
}

struct Situation {
  const char* row;
  const char* name;
  const char* setup;
  const char* path;  // below the test's directory
  std::vector<Act> steps;
  bool told = true;         // by events or mountinfo; false: only found by looking
  const char* needs = ":";  // a snippet that succeeds where this is possible
};

constexpr const char* kMounts = "mkdir -p m && mount -t tmpfs tmpfs m 2>/dev/null && umount m";
constexpr const char* kLayers =
    "mkdir -p x/l x/u x/w x/m && mount -t tmpfs tmpfs x && mkdir -p x/l x/u x/w x/m && "
    "mount -t overlay overlay -o lowerdir=x/l,upperdir=x/u,workdir=x/w x/m 2>/dev/null && "
    "umount x/m && umount x";
constexpr const char* kLayersUp =
    "mkdir x; mount -t tmpfs tmpfs x; mkdir x/l x/u x/w x/m; echo 0 > x/l/f;"
    "mount -t overlay overlay -o lowerdir=x/l,upperdir=x/u,workdir=x/w x/m";
constexpr const char* kCopiedUp =
    "mkdir x; mount -t tmpfs tmpfs x; mkdir x/l x/u x/w x/m; echo 0 > x/l/f;"
    "mount -t overlay overlay -o lowerdir=x/l,upperdir=x/u,workdir=x/w x/m; echo 1 > x/m/f";

const std::vector<Situation>& situations() {
  static system::FileDescriptor held_open;
  static const std::vector<Situation> kAll = {
      {"W1", "in place", "echo 0 > f", "f", {sh("echo 1 > f"), sh("echo 2 > f")}},
      {"W1",
       "append, truncate and write",
       "echo 0 > f",
       "f",
       {sh("echo 1 >> f"), sh(": > f; echo 2 > f")}},
      {"W2",
       "renamed over, same directory",
       "echo 0 > f",
       "f",
       {sh("echo 1 > n; mv n f"), sh("echo 2 > n; mv n f")}},
      {"W2",
       "renamed over, from elsewhere",
       "mkdir o; echo 0 > f",
       "f",
       {sh("echo 1 > o/n; mv o/n f"), sh("echo 2 > o/n; mv o/n f")}},
      {"W2", "exchanged", "echo 0 > f; echo 1 > n", "f", {exchange, exchange}},
      {"W2",
       "500 renames, the last one counts",
       "echo 0 > f",
       "f",
       {sh("i=0; while [ $i -lt 500 ]; do echo $i > n; mv n f; i=$((i+1)); done")}},
      {"W3",
       "deleted, recreated, edited",
       "echo 0 > f",
       "f",
       {sh("rm f"), sh("echo 1 > f"), sh("echo 2 >> f")}},
      {"W4",
       "vim",
       "echo 0 > f",
       "f",
       {sh("vim.tiny -es -c 's/0/1/' -c wq f </dev/null"),
        sh("vim.tiny -es -c 'set backup' -c 's/1/2/' -c wq f </dev/null")},
       true,
       "command -v vim.tiny >/dev/null"},
      {"W5",
       "..data of Kubernetes",
       "mkdir ..1; echo 1 > ..1/f; ln -s ..1 ..data; ln -s ..data/f f",
       "f",
       {sh("mkdir ..2; echo 2 > ..2/f; ln -s ..2 t; mv -T t ..data; rm -r ..1"),
        sh("mkdir ..3; echo 3 > ..3/f; ln -s ..3 t; mv -T t ..data; rm -r ..2"),
        sh("mkdir ..4; echo 4 > ..4/f; ln -s ..4 t; mv -T t ..data; rm -r ..3")}},
      {"W6",
       "certbot: relinked twice, archive rewritten, link gone stale",
       "mkdir live archive; echo 1 > archive/c1; ln -s ../archive/c1 live/c",
       "live/c",
       {sh("echo 2 > archive/c2; ln -sf ../archive/c2 live/c"),
        sh("echo 3 > archive/c3; rm live/c; ln -s ../archive/c3 live/c"), sh("echo 4 > archive/c3"),
        sh("rm archive/c3")}},
      {"W6",
       "target of a link in place, renamed over, edited",
       "mkdir o; echo 0 > o/t; ln -s $PWD/o/t f",
       "f",
       {sh("echo 1 > o/t"), sh("echo 2 > o/n; mv o/n o/t"), sh("echo 3 >> o/t")}},
      {"W7",
       "ancestor link repointed",
       "mkdir -p r/1/d r/2/d; echo 1 > r/1/d/f; echo 2 > r/2/d/f; ln -s r/1 current",
       "current/d/f",
       {sh("ln -sfn r/2 current"), sh("ln -s r/1 n; mv -T n current"), sh("echo 3 > r/1/d/f")}},
      {"W8",
       "directory deleted, recreated, edited",
       "mkdir d; echo 0 > d/f",
       "d/f",
       {sh("rm -r d"), sh("mkdir d; echo 1 > d/f"), sh("echo 2 > d/f")}},
      {"W8",
       "directory moved away and replaced, edited",
       "mkdir d; echo 0 > d/f",
       "d/f",
       {sh("mv d o; mkdir d; echo 1 > d/f"), sh("echo 9 > o/f; echo 2 > d/f")}},
      {"W8",
       "grandparent swapped",
       "mkdir -p a/b n/b; echo 0 > a/b/f; echo 1 > n/b/f",
       "a/b/f",
       {sh("mv a o; mv n a")}},
      {"W8",
       "ready-made directory moved in",
       "mkdir -p n/b; echo 1 > n/b/f",
       "a/b/f",
       {sh("mv n a")}},
      {"W8",
       "path absent two levels",
       ":",
       "a/b/f",
       {sh("mkdir a"), sh("mkdir a/b; echo 1 > a/b/f"), sh("echo 2 > a/b/f")}},
      {"W10",
       "hard link under another name",
       "echo 0 > f",
       "f",
       {sh("ln f g; echo 1 >> g"), sh("echo 2 >> g")}},
      {"W10",
       "bind mount of a single file, written at its source",
       "mkdir s; echo 0 > s/g; touch f; mount --bind s/g f",
       "f",
       {sh("echo 1 > s/g"), sh("echo 2 >> s/g")},
       true,
       kMounts},
      {"W11",
       "mount over a directory, edit inside",
       "mkdir d; echo 0 > d/f",
       "d/f",
       {sh("mount -t tmpfs tmpfs d; echo 1 > d/f"), sh("echo 2 > d/f")},
       true,
       kMounts},
      {"W11",
       "umount, edit underneath",
       "mkdir d; echo 0 > d/f; mount -t tmpfs tmpfs d; echo 1 > d/f",
       "d/f",
       {sh("umount d"), sh("echo 2 > d/f")},
       true,
       kMounts},
      {"W12",
       "written through a mapping, then closed",
       "echo 0 > f",
       "f",
       {[](const TemporaryDirectory& dir) { write_mapped(dir, '1'); }}},
      {"W12",
       "written through a mapping that stays open",
       "echo 0 > f",
       "f",
       {[](const TemporaryDirectory& dir) { held_open = write_mapped(dir, '1'); }},
       false},
      {"W12",
       "overlay: the lower layer edited",
       kLayersUp,
       "x/m/f",
       {sh("echo 1 > x/l/f")},
       false,
       kLayers},
      {"W12",
       "overlay: the upper layer edited",
       kCopiedUp,
       "x/m/f",
       {sh("echo 2 > x/u/f")},
       false,
       kLayers},
      {"W12", "overlay: copied up", kLayersUp, "x/m/f", {sh("echo 1 >> x/m/f")}, false, kLayers},
      {"W17",
       "same size and time, in place",
       "echo 0 > f; touch -d 2020-01-01 f",
       "f",
       {sh("echo 1 > f; touch -d 2020-01-01 f")}},
      {"W17",
       "same size and time, renamed over",
       "echo 0 > f; touch -d 2020-01-01 f",
       "f",
       {sh("echo 1 > n; touch -d 2020-01-01 n; mv n f")}},
      {"F9", "mode 000 and back", "echo 0 > f", "f", {sh("chmod 000 f"), sh("chmod 644 f")}},
      {"F7",
       "a loop of links, then a file",
       "echo 0 > f",
       "f",
       {sh("rm f; ln -s f f"), sh("rm f; echo 1 > f")}},
      {"F1",
       "a FIFO, then a file",
       "echo 0 > f",
       "f",
       {sh("rm f; mkfifo f"), sh("rm f; echo 1 > f")}},
      {"F1",
       "a directory, then a file",
       "echo 0 > f",
       "f",
       {sh("rm f; mkdir f"), sh("rmdir f; echo 1 > f")}},
  };
  return kAll;
}

bool possible(const Situation& situation) {
  TemporaryDirectory trial;
  const std::string command =
      "cd '" + (trial / "") + "' && { " + situation.needs + "; } 2>/dev/null";
  if (std::system(command.c_str()) == 0) return true;
  WARN("skipped: " << situation.name << " (not permitted or not installed here)");
  return false;
}

enum class Kernel { kTells, kRefusesInotify };

void play(const Situation& situation, Kernel kernel) {
  CAPTURE(situation.row, situation.name);
  if (!possible(situation)) return;
  TemporaryDirectory dir;
  dir.run(situation.setup);
  {
    WatchScene scene;
    scene.files = {dir / situation.path};
    const bool looks = !situation.told || kernel == Kernel::kRefusesInotify;
    watch::WatchOptions options = WatchScene::kEventsOnly;
    if (!situation.told) options.rescan_interval = 250ms;
    if (looks) options.poll_interval = 20ms;
    if (kernel == Kernel::kRefusesInotify) {
      scene.start_with(options, [] { return NoDescriptors(); });
    } else {
      scene.start(options);
    }
    REQUIRE(scene.catches_up());
    CHECK(scene.watcher->counts().fallback == (kernel == Kernel::kRefusesInotify));
    for (std::size_t i = 0; i < situation.steps.size(); ++i) {
      CAPTURE(i);
      const base::Sightings before = scene.known;
      situation.steps[i](dir);
      CHECK(scene.catches_up());
      const bool same = situation.path == std::string("a/b/f") && i == 0 &&
                        situation.steps.size() == 3;  // still absent: only the watches move
      CHECK((scene.known != before) != same);
    }
    if (situation.told) CHECK(scene.watcher->counts().missed == 0);
  }
  dir.run("umount x/m x d f 2>/dev/null || :");
}

void play_row(const std::string& row) {
  int played = 0;
  for (const Situation& situation : situations()) {
    if (situation.row != row) continue;
    play(situation, Kernel::kTells);
    ++played;
  }
  CHECK(played > 0);
}

TEST_CASE("W1: a file written in place, appended to or truncated is known within a second") {
  play_row("W1");
}
TEST_CASE("W2: a file renamed over or exchanged, 500 times, is known within a second") {
  play_row("W2");
}
TEST_CASE("W3: a file deleted, recreated or edited is known within a second") { play_row("W3"); }
TEST_CASE("W4: a file saved by an editor is known within a second") { play_row("W4"); }
TEST_CASE("W5: a swap of ..data and the removal of the old directory are known within a second") {
  play_row("W5");
}
TEST_CASE("W6: changes of certbot's links and their targets are known within a second") {
  play_row("W6");
}
TEST_CASE("W7: a link further up that points elsewhere is known within a second") {
  play_row("W7");
}
TEST_CASE("W8: directories that come, go and swap are known within a second") { play_row("W8"); }
TEST_CASE("W10: a change through another name of the same inode is known within a second") {
  play_row("W10");
}
TEST_CASE("W11: a directory mounted over or unmounted is known within a second") {
  play_row("W11");
}
TEST_CASE("W12: changes by memory mapping or below an overlay are known at the next look") {
  play_row("W12");
}
TEST_CASE("W17: a change that keeps size and time is known within a second") { play_row("W17"); }
TEST_CASE(
    "F1, F7, F9: a file that becomes unreadable, and readable again, is known within a second") {
  for (const char* row : {"F1", "F7", "F9"}) play_row(row);
}

TEST_CASE("W15: without inotify all 62 steps are found by looking") {
  std::size_t steps = 0;
  for (const Situation& situation : situations()) {
    play(situation, Kernel::kRefusesInotify);
    steps += situation.steps.size();
  }
  CHECK(situations().size() == 32);
  CHECK(steps == 62);
}

}  // namespace
}  // namespace mtls::daemon
