#include "running/reload_outcomes.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace mtls::running {
namespace {

Master master(std::uint64_t generation, int pid = 7) {
  return {.process = {.pid = pid}, .started = pid, .generation = Generation{.number = generation}};
}

LogLine emerg(int pid, std::string_view message) {
  return {.level = "emerg", .pid = pid, .message = message};
}

}  // namespace

TEST_CASE("error log: a line of nginx has a level, a process and a message") {
  CHECK(parse_log_line("2026/11/30 20:45:15 [notice] 19870#19871: *3 signal: 1") ==
        LogLine{.level = "notice", .pid = 19870, .message = "*3 signal: 1"});
  CHECK(parse_log_line("2026/11/30 20:45:15 [emerg] 1#1: ")->message.empty());
  for (const char* other :
       {"", "2026/11/30 20:45:15", "2026/11/30 20:45:15 [emerg", "2026/11/30 20:45:15 [emerg] ",
        "2026/11/30 20:45:15 [emerg] x#1: m", "2026/11/30 20:45:15 [emerg] 1: m",
        "2026-11-30 20:45:15 [emerg] 1#1: m", " 2026/11/30 20:45:15 [emerg] 1#1: m",
        "nginx: [emerg] m"}) {
    CAPTURE(other);
    CHECK_FALSE(parse_log_line(other));
  }
}

TEST_CASE("error log: lines come out whole, however the text is cut") {
  const std::string text = "one\n\ntwo\r\nthree\nrest";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    LineReader reader;
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size(); at += size) {
      reader.feed(std::string_view(text).substr(at, size),
                  [&](std::string_view line) { lines.emplace_back(line); });
    }
    CHECK(lines == std::vector<std::string>{"one", "", "two\r", "three"});
  }
}

TEST_CASE("error log: a line without end is dropped, and the next one counts") {
  LineReader reader;
  std::vector<std::string> lines;
  const auto take = [&](std::string_view line) { lines.emplace_back(line); };
  const std::string block(10'000, 'x');
  for (int i = 0; i < 20; ++i) reader.feed(block, take);
  reader.feed("end\nnext\n", take);
  CHECK(lines == std::vector<std::string>{"next"});
}

TEST_CASE("reload outcomes: each generation is a reload, the first one is not") {
  ReloadOutcomes outcomes;
  const Master first = master(1);
  outcomes.see(&first);
  CHECK(outcomes.counts() == ReloadCounts{});
  const Master second = master(2);
  outcomes.see(&second);
  outcomes.see(&second);
  CHECK(outcomes.counts() == ReloadCounts{.reloads = 1, .last_successful = true});
  Master doubtful = master(3);
  doubtful.generation->is_doubtful = true;
  outcomes.see(&doubtful);
  CHECK(outcomes.counts().reloads == 1);
}

TEST_CASE("reload outcomes: an emergency of the master is a refused reload, of others it is not") {
  ReloadOutcomes outcomes;
  const Master first = master(1);
  outcomes.see(&first);
  outcomes.read(emerg(8, "of nginx -t"));
  outcomes.is_idle();
  CHECK(outcomes.counts() == ReloadCounts{});
  outcomes.read(emerg(7, "unknown directive"));
  outcomes.read(emerg(7, "and another line of it"));
  CHECK_FALSE(outcomes.counts().last_successful);
  outcomes.is_idle();
  outcomes.is_idle();
  CHECK(outcomes.counts() ==
        ReloadCounts{.failures = 1, .last_successful = false, .refusal = "unknown directive"});
  const Master second = master(2);
  outcomes.see(&second);
  CHECK(outcomes.counts() == ReloadCounts{.reloads = 1, .failures = 1, .last_successful = true});
}

TEST_CASE("reload outcomes: who tries bind() again and succeeds was not refused") {
  ReloadOutcomes outcomes;
  const Master first = master(1);
  outcomes.see(&first);
  outcomes.read(emerg(7, "bind() to 0.0.0.0:80 failed (98: Address already in use)"));
  const Master second = master(2);
  outcomes.see(&second);
  outcomes.is_idle();
  CHECK(outcomes.counts() == ReloadCounts{.reloads = 1, .last_successful = true});
}

TEST_CASE("reload outcomes: another master begins anew, and the counters go on") {
  ReloadOutcomes outcomes;
  for (std::uint64_t generation : {1, 2}) {
    const Master now = master(generation);
    outcomes.see(&now);
  }
  const Master other = master(1, 9);
  outcomes.see(&other);
  CHECK(outcomes.counts() == ReloadCounts{.reloads = 1});
  outcomes.see(nullptr);
  outcomes.read(emerg(0, "nobody's"));
  outcomes.is_idle();
  CHECK(outcomes.counts() == ReloadCounts{.reloads = 1});
}

}  // namespace mtls::running
