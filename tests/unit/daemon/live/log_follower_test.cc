#include "daemon/live/log_follower.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <string>
#include <vector>

#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

namespace mtls::daemon::live {
namespace {

using testing::run_in;
using testing::TempDir;
using Lines = std::vector<std::string>;

Lines news(LogFollower& follower) {
  Lines lines;
  follower.read([&](std::string_view line) { lines.emplace_back(line); });
  return lines;
}

void append(const TempDir& dir, const std::string& text, const std::string& file = "log") {
  std::ofstream(dir.path(file), std::ios::app) << text;
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
  CHECK_FALSE(follower.read([](std::string_view) {}));
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

TEST_CASE("log follower: what is no regular file is not read") {
  const TempDir dir;
  run_in(dir, "mkfifo log; ln -s /dev/zero zero");
  for (const char* name : {"log", "zero", "."}) {
    LogFollower follower(dir.path(name));
    CHECK_FALSE(follower.read([](std::string_view) {}));
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
    follower.read([&](std::string_view line) { lines += line.size() == 31 ? 1 : 0; });
  CHECK(calls == 3);
  CHECK(lines == 2'500'000);
}

}  // namespace mtls::daemon::live
