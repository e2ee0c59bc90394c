// A log that one process stops reading and another one goes on with.
#include <catch2/catch.hpp>

#include <fstream>
#include <string>
#include <vector>

#include "daemon/live/log_follower.h"
#include "daemon/live/log_reader.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/daemon/live/log_scene.h"

namespace mtls::daemon::live {
namespace {

using testing::run_in;
using testing::TempDir;

/// A log of two lines, of which a process has read the second; `more`: begins a third.
std::vector<LogPosition> read_one(const TempDir& dir, const std::string& more = "") {
  append(dir, "zero\n");
  LogFollower follower(dir.path("log"));
  CHECK(news(follower).empty());
  append(dir, "one\n" + more);
  CHECK(news(follower) == Lines{"one"});
  return follower.positions();
}

struct Row {
  const char* name;
  const char* meanwhile;  // commands of sh
  Lines expected;
  std::uint64_t lost = 0;
};

}  // namespace

TEST_CASE("log resume: what came while nobody read is news, once, whatever became of the file") {
  for (const Row& row : std::vector<Row>{
           {"nothing came", "true", {}},
           {"lines came", "echo two >> log", {"two"}},
           {"renamed, the writer writes on", "mv log log.1; echo two >> log.1", {"two"}},
           {"renamed, opened anew",
            "echo two >> log; mv log log.1; echo three > log",
            {"two", "three"}},
           {"copied and truncated",
            "echo two >> log; cp log log.1; : > log; echo three >> log",
            {"two", "three"}},
           {"copied and truncated, nothing since",
            "echo two >> log; cp log log.1; : > log",
            {"two"}},
           {"replaced by a copy of itself", "cp log new; mv new log; echo two >> log", {"two"}},
           {"truncated without a copy", ": > log; echo two >> log", {"two"}, 1},
           {"deleted, opened anew", "rm log; echo two > log", {"two"}, 1},
           {"deleted", "rm log", {}, 1},
       }) {
    CAPTURE(row.name);
    const TempDir dir;
    const auto positions = read_one(dir);
    run_in(dir, row.meanwhile);
    LogFollower follower(dir.path("log"));
    follower.resume(positions);
    CHECK(news(follower) == row.expected);
    CHECK(follower.lost() == row.lost);
    append(dir, "last\n");
    CHECK(news(follower) == Lines{"last"});
  }
}

TEST_CASE("log resume: a log that cannot be opened at first is gone on with later") {
  const TempDir dir;
  const auto positions = read_one(dir);
  run_in(dir, "echo two >> log; mv log away; mkfifo log");
  LogFollower follower(dir.path("log"));
  follower.resume(positions);
  CHECK(news(follower).empty());
  CHECK(follower.positions() == positions);
  run_in(dir, "rm log; mv away log");
  CHECK(news(follower) == Lines{"two"});
  CHECK(follower.lost() == 0);
}

TEST_CASE("log resume: over a symbolic link that leads elsewhere") {
  const TempDir dir;
  run_in(dir, "echo zero > first; ln -s first log");
  LogFollower before(dir.path("log"));
  news(before);
  append(dir, "one\n");
  CHECK(news(before) == Lines{"one"});
  run_in(dir, "echo two >> first; echo three > second; ln -s second link; mv -T link log");
  LogFollower follower(dir.path("log"));
  follower.resume(before.positions());
  CHECK(news(follower) == Lines{"two", "three"});
}

TEST_CASE(
    "log resume: a line that was not whole is read whole, one that was too long is left out") {
  const TempDir dir;
  const auto half = read_one(dir, "tw");
  append(dir, "o\n");
  LogFollower follower(dir.path("log"));
  follower.resume(half);
  CHECK(news(follower) == Lines{"two"});
  append(dir, std::string(running::LineReader::kMaxLine + 1, 'x'));
  CHECK(news(follower).empty());
  LogFollower next(dir.path("log"));
  next.resume(follower.positions());
  append(dir, "xx\nthree\n");
  CHECK(news(next) == Lines{"three"});
}

TEST_CASE("log resume: a renamed file that is still written to is followed on") {
  const TempDir dir;
  append(dir, "zero\n");
  LogFollower before(dir.path("log"));
  news(before);
  run_in(dir, "mv log log.1; echo one > log");
  CHECK(news(before) == Lines{"one"});
  append(dir, "two\n", "log.1");
  append(dir, "three\n");
  LogFollower follower(dir.path("log"));
  follower.resume(before.positions());
  CHECK(news(follower) == Lines{"two", "three"});
  append(dir, "four\n", "log.1");
  CHECK(news(follower) == Lines{"four"});
}

TEST_CASE("log resume: the mark moves with the positions") {
  const TempDir dir;
  append(dir, "zero\n");
  LogFollower follower(dir.path("log"));
  news(follower);
  const auto mark = follower.mark();
  news(follower);
  CHECK(follower.mark() == mark);
  append(dir, "one\n");
  news(follower);
  CHECK(follower.mark() != mark);
}

TEST_CASE("log resume: the processes of a log are trusted on, and logs of no plan are kept") {
  const TempDir dir;
  append(dir, "zero\n");
  const auto plan =
      std::make_shared<const running::VerifyPlan>(running::VerifyPlan{.logs = {dir.path("log")}});
  LogReader before;
  before.follow(plan);
  before.read({11, 12});
  const LogState state = before.state();
  CHECK(state.processes == std::vector<int>{11, 12});
  REQUIRE(state.logs.contains(dir.path("log")));
  LogReader next;
  next.resume(state);
  CHECK(next.state() == state);
  append(dir, "one\n");
  next.follow(plan);
  next.read({});
  CHECK(next.logs().at(0).lines == 1);
  CHECK(next.state().processes == std::vector<int>{11, 12});
}

}  // namespace mtls::daemon::live
