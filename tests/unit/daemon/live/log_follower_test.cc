#include "daemon/live/log_follower.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <string>
#include <vector>

#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/daemon/live/log_scene.h"

namespace mtls::daemon::live {
namespace {

using testing::run_in;
using testing::TempDir;

/// Of a log with one line, which it has passed over.
LogFollower follower_of_zero(const TempDir& dir) {
  append(dir, "zero\n");
  LogFollower follower(dir.path("log"));
  news(follower);
  return follower;
}

}  // namespace

TEST_CASE("log follower: what stood there before is not news, what comes is, once") {
  const TempDir dir;
  append(dir, "old\n");
  LogFollower follower(dir.path("log"));
  CHECK(news(follower).empty());
  append(dir, "one\ntwo\nthr");
  CHECK(news(follower) == Lines{"one", "two"});
  CHECK(news(follower).empty());
  append(dir, "ee\n");
  CHECK(news(follower) == Lines{"three"});
}

TEST_CASE("log follower: a file that appears later is read from its beginning") {
  const TempDir dir;
  LogFollower follower(dir.path("log"));
  CHECK_FALSE(follower.read([](const LogFollower::Line&) {}));
  append(dir, "one\n");
  CHECK(news(follower) == Lines{"one"});
}

TEST_CASE("log follower: no line is lost or read twice over a rotation") {
  struct Row {
    const char* name;
    const char* rotate;
    const char* old;  // where the writer still writes; nullptr: nowhere
  };
  for (const Row& row : {Row{"renamed", "mv log log.1", "log.1"}, Row{"deleted", "rm log", nullptr},
                         Row{"copied and truncated", "cp log log.1; : > log", nullptr}}) {
    CAPTURE(row.name);
    const TempDir dir;
    append(dir, "");
    LogFollower follower(dir.path("log"));
    news(follower);
    append(dir, "one\n");
    if (row.old == nullptr) CHECK(news(follower) == Lines{"one"});
    run_in(dir, row.rotate);
    if (row.old != nullptr) {
      append(dir, "two\n", row.old);
      CHECK(news(follower) == Lines{"one", "two"});
      append(dir, "three\n", row.old);
    } else {
      CHECK(news(follower).empty());
    }
    append(dir, "four\n");
    Lines rest = news(follower);
    CHECK(rest == (row.old != nullptr ? Lines{"three", "four"} : Lines{"four"}));
    if (row.old != nullptr) append(dir, "late\n", row.old);
    append(dir, "five\n");
    rest = news(follower);
    CHECK(rest == (row.old != nullptr ? Lines{"late", "five"} : Lines{"five"}));
  }
}

TEST_CASE("log follower: what was cut off before it was read is read from the copy") {
  const TempDir dir;
  LogFollower follower = follower_of_zero(dir);
  append(dir, "one\n");
  CHECK(news(follower) == Lines{"one"});
  append(dir, "two\nthree\n");
  append(dir, "another log, of about the same length\n", "log.2");
  run_in(dir, "cp log log-20261130; : > log");
  append(dir, "four\n");
  CHECK(news(follower) == Lines{"two", "three", "four"});
  CHECK(follower.lost() == 0);
}

TEST_CASE("log follower: a truncated file that has grown as long as before is read anew") {
  const TempDir dir;
  LogFollower follower = follower_of_zero(dir);
  append(dir, "one\n");
  CHECK(news(follower) == Lines{"one"});
  append(dir, "two\n");
  run_in(dir, "cp log log.1; : > log");
  append(dir, "three\nfour\nfive and more than there was before\n");
  CHECK(news(follower) == Lines{"two", "three", "four", "five and more than there was before"});
}

TEST_CASE("log follower: a truncated file that ends as before, at the same place, is read anew") {
  const TempDir dir;
  LogFollower follower = follower_of_zero(dir);
  const std::string end(500, 'x');
  append(dir, "1 " + end + "\n");
  run_in(dir, ": > log");
  news(follower);
  append(dir, "2 " + end + "\n");
  CHECK(news(follower) == Lines{"2 " + end});
  run_in(dir, "cp log log.1; : > log");
  append(dir, "3 " + end + "\n");
  CHECK(news(follower) == Lines{"3 " + end});
}

TEST_CASE("log follower: what was cut off without a copy is lost, and that is told") {
  const TempDir dir;
  LogFollower follower = follower_of_zero(dir);
  append(dir, "one\n");
  news(follower);
  run_in(dir, ": > log");
  append(dir, "two\n");
  CHECK(news(follower) == Lines{"two"});
  CHECK(follower.lost() == 1);
}

TEST_CASE("log follower: a symbolic link that leads elsewhere is followed") {
  const TempDir dir;
  append(dir, "zero\n", "a");
  run_in(dir, "ln -s a log");
  LogFollower follower(dir.path("log"));
  news(follower);
  append(dir, "one\n", "a");
  append(dir, "two\n", "b");
  run_in(dir, "ln -sf b log");
  append(dir, "late\n", "a");
  CHECK(news(follower) == Lines{"one", "late", "two"});
}

TEST_CASE("log follower: a file that was deleted is read on until another one is there") {
  const TempDir dir;
  LogFollower follower = follower_of_zero(dir);
  std::ofstream kept(dir.path("log"), std::ios::app);
  run_in(dir, "rm log");
  kept << "one\n" << std::flush;
  CHECK(news(follower) == Lines{"one"});
  CHECK(follower.state() == LogFollower::State::kReading);
  kept << "two\n" << std::flush;
  append(dir, "three\n");
  CHECK(news(follower) == Lines{"two", "three"});
}

TEST_CASE("log follower: the first line after a look at the end is marked, no other") {
  const TempDir dir;
  append(dir, "half a li");
  LogFollower follower(dir.path("log"));
  const auto firsts = [&] {
    std::vector<bool> marks;
    follower.read([&](const LogFollower::Line& line) { marks.push_back(line.is_first); });
    return marks;
  };
  firsts();
  append(dir, "ne\n");
  CHECK(firsts().empty());  // the rest of a line from before
  append(dir, "one\ntwo\n");
  CHECK(firsts() == std::vector<bool>{true, false});
  append(dir, "thr");
  CHECK(firsts().empty());
  append(dir, "ee\nfour\n");
  CHECK(firsts() == std::vector<bool>{false, false});
  run_in(dir, "mv log log.1");
  append(dir, "five\nsix\n");
  CHECK(firsts() == std::vector<bool>{true, false});
}

TEST_CASE("log follower: what is no regular file is not read") {
  const TempDir dir;
  run_in(dir, "mkfifo log; ln -s /dev/zero zero");
  for (const char* name : {"log", "zero", "."}) {
    LogFollower follower(dir.path(name));
    CHECK_FALSE(follower.read([](const LogFollower::Line&) {}));
    CHECK(follower.state() == LogFollower::State::kNotRegular);
  }
}

TEST_CASE("log follower: a flood comes in parts") {
  const TempDir dir;
  append(dir, "");
  LogFollower follower(dir.path("log"));
  news(follower);
  run_in(dir, "yes 0123456789012345678901234567890 | head -c 80000000 > log");
  std::size_t lines = 0;
  int calls = 0;
  for (; calls < 10 && lines < 2'500'000; ++calls)
    follower.read([&](const LogFollower::Line& line) { lines += line.text.size() == 31 ? 1 : 0; });
  CHECK(calls == 3);
  CHECK(lines == 2'500'000);
}

}  // namespace mtls::daemon::live
