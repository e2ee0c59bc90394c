#include "daemon/live/journal_follower.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <vector>

#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

namespace mtls::daemon::live {
namespace {

using testing::run_in;
using testing::TempDir;

constexpr const char* kRemote = "/lib/systemd/systemd-journal-remote";

bool is_missing() {
  if (std::filesystem::exists(kRemote)) return false;
  WARN("skipped: no systemd-journal-remote, which writes journals");
  return true;
}

struct Scene {
  TempDir dir;
  int entries = 0;

  Scene() { std::filesystem::create_directory(dir.path("journal")); }

  /// Adds an entry to the journal, as journald would.
  void write(const std::string& message, const std::string& unit = "nginx.service",
             const std::string& file = "a") {
    ++entries;
    std::ofstream(dir.path("entry"))
        << "__REALTIME_TIMESTAMP=" << 1'764'558'000'000'000 + entries * 1000
        << "\n__MONOTONIC_TIMESTAMP=" << entries * 1000
        << "\n_BOOT_ID=0123456789abcdef0123456789abcdef\n_SYSTEMD_UNIT=" << unit
        << "\n_PID=42\nMESSAGE=" << message << "\n\n";
    run_in(dir, std::string(kRemote) + " -o journal/" + file + ".journal entry 2>/dev/null");
  }

  static std::vector<std::string> read(JournalFollower& follower) {
    std::vector<std::string> lines;
    follower.read([&](const LineSource::Line& line) { lines.push_back(std::string(line.text)); });
    return lines;
  }
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("journal: of one unit, from the end on, each entry once, over new files") {
  if (is_missing()) return;
  Scene scene;
  scene.write("before");
  JournalFollower follower("nginx.service", scene.dir.path("journal"));
  CHECK(Scene::read(follower).empty());
  CHECK(follower.state() == LineSource::State::kReading);
  scene.write("one");
  scene.write("of another", "cron.service");
  scene.write("two");
  CHECK(Scene::read(follower) == Lines{"one", "two"});
  CHECK(Scene::read(follower).empty());
  scene.write("in a new file", "nginx.service", "b");
  CHECK(Scene::read(follower) == Lines{"in a new file"});
}

TEST_CASE("journal: an empty one counts from its first entry on") {
  if (is_missing()) return;
  Scene scene;
  scene.write("of another", "cron.service");
  JournalFollower follower("nginx.service", scene.dir.path("journal"));
  CHECK(Scene::read(follower).empty());
  scene.write("first");
  CHECK(Scene::read(follower) == Lines{"first"});
}

TEST_CASE("journal: another process goes on behind the last entry") {
  if (is_missing()) return;
  Scene scene;
  JournalFollower first("nginx.service", scene.dir.path("journal"));
  scene.write("before");
  Scene::read(first);
  scene.write("read");
  CHECK(Scene::read(first) == Lines{"read"});
  scene.write("meanwhile");
  JournalFollower second("nginx.service", scene.dir.path("journal"));
  second.resume(first.positions());
  CHECK(Scene::read(second) == Lines{"meanwhile"});
  CHECK(second.lost() == 0);
}

TEST_CASE("journal: a line whose sender it names tells a process of nginx's") {
  if (is_missing()) return;
  Scene scene;
  JournalFollower follower("nginx.service", scene.dir.path("journal"));
  scene.write("before");
  Scene::read(follower);
  const auto line = [](int pid) {
    const std::string number = std::to_string(pid);
    return "2026/12/01 03:00:00 [info] " + number + "#" + number + ": *1 a";
  };
  scene.write(line(42));
  scene.write(line(43));
  std::vector<bool> firsts;
  follower.read([&](const LineSource::Line& read) { firsts.push_back(read.is_first); });
  CHECK(firsts == std::vector<bool>{true, false});
}

TEST_CASE("journal: without a directory it is missing") {
  JournalFollower follower("nginx.service", "/nonexistent/journal");
  CHECK_FALSE(follower.open());
  CHECK(follower.state() == LineSource::State::kMissing);
}

}  // namespace mtls::daemon::live
