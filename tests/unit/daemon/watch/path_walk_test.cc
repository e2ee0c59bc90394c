#include "daemon/watch/path_walk.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "daemon/system/disk.h"
#include "daemon/watch/inotify.h"
#include "daemon/watch/watch_set.h"
#include "tests/unit/daemon/system/disk_scene.h"

namespace mtls::daemon {
namespace {

using base::Sighting;
using testing::TemporaryDirectory;
using Kind = Sighting::Kind;

watch::PathWalk walk(Kind kind, const std::string& path) {
  system::Mounts mounts;
  watch::DiskDirectoryView view(mounts);
  return watch::PathWalker(view).walk(kind, path);
}

/// The wants below `dir`, as "path name"; `*` for every entry, `=` for the file itself.
std::vector<std::string> wants_below(const TemporaryDirectory& dir, const watch::PathWalk& walk) {
  std::vector<std::string> below;
  const std::string top = dir / "";
  for (const watch::Want& want : walk.wants) {
    const std::string path = want.path + "/";
    if (!path.starts_with(top)) continue;
    const std::string name = want.name == watch::kEveryEntry ? "*"
                             : want.name.empty()             ? "="
                                                             : want.name;
    below.push_back("/" + want.path.substr(std::min(top.size(), want.path.size())) + " " + name);
  }
  return below;
}

TEST_CASE("walk: every directory on the way is watched for the name that leads on") {
  TemporaryDirectory dir;
  dir.run(
      "mkdir -p real/deep other loop cross/one/in cross/two; echo x > real/deep/file;"
      "ln -s real link; ln -s ../real/deep/file other/relative; ln -s $PWD/link/deep "
      "other/absolute;"
      "ln -s b loop/a; ln -s a loop/b; ln -s ../nowhere other/dangling; touch cross/one/in/x.pem");
  struct Row {
    const char* path;
    Kind kind;
    std::vector<std::string> wants;
  };
  const std::vector<Row> rows = {
      {"real/deep/file",
       Kind::kFile,
       {"/ real", "/real deep", "/real/deep file", "/real/deep/file ="}},
      {"link/deep/file",
       Kind::kFile,
       {"/ link", "/ real", "/real deep", "/real/deep file", "/real/deep/file ="}},
      {"other/relative",
       Kind::kFile,
       {"/ other", "/ real", "/other relative", "/real deep", "/real/deep file",
        "/real/deep/file ="}},
      {"other/absolute/file",
       Kind::kFile,
       {"/ link", "/ other", "/ real", "/other absolute", "/real deep", "/real/deep file",
        "/real/deep/file ="}},
      {"other/./..//real/deep",  // a directory: its contents do not matter
       Kind::kFile,
       {"/ other", "/ real", "/real deep"}},
      {"absent/below/file", Kind::kFile, {"/ absent"}},
      {"other/dangling", Kind::kFile, {"/ nowhere", "/ other", "/other dangling"}},
      {"real/deep/file/below", Kind::kFile, {"/ real", "/real deep", "/real/deep file"}},
      {"loop/a", Kind::kFile, {"/ loop", "/loop a", "/loop b"}},
      {"cross/*.conf", Kind::kPattern, {"/ cross", "/cross *"}},
      {"cross/*/in/*.pem",
       Kind::kPattern,
       {"/ cross", "/cross *", "/cross one", "/cross two", "/cross/one in", "/cross/one/in *",
        "/cross/two in"}},
      {"cross/o*/in/x.pem",
       Kind::kPattern,
       {"/ cross", "/cross *", "/cross one", "/cross/one in", "/cross/one/in x.pem",
        "/cross/one/in/x.pem ="}},
      {"cross/*", Kind::kFile, {"/ cross", "/cross *"}},  // a file with that name, not a pattern
      {"absent/*/x", Kind::kPattern, {"/ absent"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    CHECK(wants_below(dir, walk(row.kind, dir / row.path)) == row.wants);
  }
}

TEST_CASE("walk: the signature is the identity of the way, not the content at its end") {
  TemporaryDirectory dir;
  dir.run("mkdir -p one two; echo x > one/file; ln one/file two/file; ln -s one current");
  const auto signature = [&] { return walk(Kind::kFile, dir / "current/file").signature; };
  const auto before = signature();
  dir.run("echo more >> one/file");
  CHECK(signature() == before);
  for (const char* step : {"ln -sfn two current", "ln -sfn ./two current",
                           "cp two/file n; mv n two/file", "rm two/file", "rm current"}) {
    CAPTURE(step);
    const auto last = signature();
    dir.run(step);
    CHECK(signature() != last);
  }
}

TEST_CASE("walk: 40 symbolic links are followed, the 41st is not") {
  TemporaryDirectory dir;
  dir.run("echo x > l0; i=0; while [ $i -lt 41 ]; do ln -s l$i l$((i+1)); i=$((i+1)); done");
  const watch::Want end{.path = dir / "l0", .name = watch::kFileItself};
  const auto reaches = [&](const char* path) {
    const watch::PathWalk found = walk(Kind::kFile, dir / path);
    return std::find(found.wants.begin(), found.wants.end(), end) != found.wants.end();
  };
  CHECK(reaches("l40"));
  CHECK_FALSE(reaches("l41"));
}

TEST_CASE("walk: a file system that changes without events is called silent") {
  TemporaryDirectory dir;
  CHECK(walk(Kind::kFile, "/proc/self/status").silent);
  if (std::filesystem::exists("/sys/kernel")) {
    CHECK(walk(Kind::kFile, "/sys/kernel/x").silent);
  } else {
    WARN("sysfs not tried: /sys is not mounted here");
  }
}

struct Armed {
  TemporaryDirectory dir;
  watch::Inotify inotify = std::move(*watch::Inotify::create());
  watch::WatchSet set;

  void want(watch::TargetId id, const std::string& path) {
    set.want(id, walk(Kind::kFile, dir / path).wants);
    set.arm(inotify);
  }
  /// The targets that `snippet` concerns.
  watch::TargetIds after(const std::string& snippet) {
    inotify.drain();
    dir.run(snippet);
    watch::TargetIds all;
    for (const watch::InotifyEvent& event : inotify.drain()) {
      for (const watch::TargetId id : set.affected(event)) all.push_back(id);
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
  }
};

TEST_CASE("watch set: an event concerns the targets that want its name, and only them") {
  Armed armed;
  armed.dir.run("mkdir a b; touch a/1 a/2 b/3; ln -s a c");
  armed.want(1, "a/1");
  armed.want(2, "a/2");
  armed.want(3, "b/3");
  armed.want(4, "c/1");
  CHECK(armed.after("echo x > a/1") == watch::TargetIds{1, 4});
  CHECK(armed.after("echo x > a/2") == watch::TargetIds{2});
  CHECK(armed.after("touch a/other") == watch::TargetIds{});
  CHECK(armed.after("ln -sfn b c") == watch::TargetIds{4});
  CHECK(armed.after("chmod 711 b") == watch::TargetIds{3});
  CHECK(armed.after("cat a/1 a/2 b/3 > /dev/null; ls a b > /dev/null") == watch::TargetIds{});
}

TEST_CASE("W20: the daemon's own access to a file causes no event") {
  TemporaryDirectory dir;
  dir.run("mkdir d; echo x > d/f; ln -s f d/l");
  watch::Inotify inotify = std::move(*watch::Inotify::create());
  REQUIRE(inotify.watch_directory(dir / "d"));
  REQUIRE(inotify.watch_file(dir / "d/f"));
  system::Disk disk;
  for (const char* path : {"d/f", "d/l"}) {
    CHECK(disk.read(dir / path, 100));
    CHECK(disk.stat(dir / path));
    (void)walk(Kind::kFile, dir / path);
  }
  CHECK(disk.glob(dir / "d/*")->size() == 2);
  (void)walk(Kind::kPattern, dir / "d/*/x");
  CHECK(inotify.watch_file(dir / "d/f"));  // renewed
  CHECK(inotify.drain().empty());
  dir.run("echo y > d/f");
  CHECK_FALSE(inotify.drain().empty());
}

TEST_CASE("watch set: paths to one inode share a watch until the last of them goes") {
  Armed armed;
  armed.dir.run("mkdir a b; touch a/file; ln a/file b/link");
  armed.want(1, "a/file");
  const std::size_t alone = armed.set.watches();
  armed.want(2, "b/link");  // one more directory, but no file
  CHECK(armed.set.watches() == alone + 1);
  CHECK(armed.set.watched(1));
  CHECK(armed.set.watched(2));
  armed.set.forget(1);
  armed.set.arm(armed.inotify);
  CHECK(armed.after("echo x > a/file") == watch::TargetIds{2});
  armed.set.forget(2);
  armed.set.arm(armed.inotify);
  CHECK(armed.set.watches() == 0);
  CHECK(armed.set.points() == 0);
  armed.inotify.drain();  // the kernel confirms
  armed.dir.run("echo x > a/file; rm -r a b");
  CHECK(armed.inotify.drain().empty());
}

TEST_CASE("watch set: a directory replaced under its name is watched anew") {
  Armed armed;
  armed.dir.run("mkdir a; touch a/file");
  armed.want(1, "a/file");
  CHECK(armed.after("mv a old; mkdir a; touch a/file") == watch::TargetIds{1});
  armed.want(1, "a/file");
  CHECK(armed.after("echo x > a/file") == watch::TargetIds{1});
  CHECK(armed.after("echo x > old/file; rm -r old") == watch::TargetIds{});
  CHECK(armed.after("rm -r a") == watch::TargetIds{1});
  CHECK_FALSE(armed.set.watched(1));
}

}  // namespace
}  // namespace mtls::daemon
