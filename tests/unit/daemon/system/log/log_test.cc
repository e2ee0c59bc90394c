#include "daemon/system/log/log.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "daemon/system/log/log_limiter.h"
#include "daemon/system/log/log_queue.h"

using namespace mtls::daemon;
using namespace std::chrono_literals;
using namespace std::string_literals;
using Clock = std::chrono::steady_clock;

namespace {

// 2030-01-01T00:00:00.250Z
const std::chrono::system_clock::time_point kAt{std::chrono::milliseconds{1893456000250}};

std::string line(std::string_view message, const std::vector<system::log::LogField>& fields,
                 system::log::LogStyle style,
                 system::log::LogLevel level = system::log::LogLevel::kInfo) {
  return system::log::format_log_line(
      {.level = level, .message = message, .fields = fields, .at = kAt}, style);
}

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    read = system::FileDescriptor(ends[0]);
    write = system::FileDescriptor(ends[1]);
  }
  // Reads everything, once nobody holds the writing end.
  std::string text() {
    write = system::FileDescriptor();
    std::string all;
    std::array<char, 65536> chunk{};
    for (ssize_t n = 0; (n = ::read(read.get(), chunk.data(), chunk.size())) > 0;) {
      all.append(chunk.data(), static_cast<std::size_t>(n));
    }
    return all;
  }
  system::FileDescriptor read;
  system::FileDescriptor write;
};

system::FileDescriptor copy(const system::FileDescriptor& fd) {
  return system::FileDescriptor(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
}

std::unique_ptr<system::log::LogQueue> queue_to(system::FileDescriptor out,
                                                std::size_t capacity = 64) {
  auto queue = system::log::LogQueue::start(std::move(out), capacity);
  REQUIRE(queue);
  return std::move(*queue);
}

// Fills the pipe completely, as if its reader had stopped.
void fill(const system::FileDescriptor& pipe) {
  ::fcntl(pipe.get(), F_SETFL, O_NONBLOCK);
  const std::string page(4096, '.');
  while (::write(pipe.get(), page.data(), page.size()) > 0) {
  }
  ::fcntl(pipe.get(), F_SETFL, 0);
}

}  // namespace

TEST_CASE("log line: time, level, message, then the fields in order") {
  CHECK(
      line("snapshot published", {{"generation", "3"}, {"ms", "12"}}, {}) ==
      R"(ts=2030-01-01T00:00:00.250Z level=info msg="snapshot published" generation="3" ms="12")");
  CHECK(line("m", {{"k", "v"}}, {.format = system::log::LogFormat::kJson}) ==
        R"({"ts":"2030-01-01T00:00:00.250Z","level":"info","msg":"m","k":"v"})");
}

TEST_CASE("log line: the journal gets a priority and no time") {
  struct Row {
    system::log::LogLevel level;
    std::string logfmt;
    std::string json;
  };
  const Row row = GENERATE(values<Row>({
      {system::log::LogLevel::kDebug, "<7>level=debug msg=\"m\"",
       R"(<7>{"level":"debug","msg":"m"})"},
      {system::log::LogLevel::kInfo, "<6>level=info msg=\"m\"", R"(<6>{"level":"info","msg":"m"})"},
      {system::log::LogLevel::kWarn, "<4>level=warn msg=\"m\"", R"(<4>{"level":"warn","msg":"m"})"},
      {system::log::LogLevel::kError, "<3>level=error msg=\"m\"",
       R"(<3>{"level":"error","msg":"m"})"},
  }));
  CHECK(line("m", {}, {.reader = system::log::LogReader::kJournal}, row.level) == row.logfmt);
  CHECK(line("m", {},
             {.format = system::log::LogFormat::kJson, .reader = system::log::LogReader::kJournal},
             row.level) == row.json);
}

TEST_CASE("log line: no message or value can end its quotes or its line") {
  const std::string forged = "a\" level=error msg=\"b\nlevel=error\r\0\x1b[31m\\"s;
  const std::string safe = R"("a\" level=error msg=\"b\\x0Alevel=error\\x0D\\x00\\x1B[31m\\")";
  CHECK(line(forged, {{"k", forged}}, {.reader = system::log::LogReader::kJournal}) ==
        "<6>level=info msg=" + safe + " k=" + safe);
}

TEST_CASE("log line: JSON stays valid UTF-8 JSON with the same keys whatever bytes come in") {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string value = std::string("a") + static_cast<char>(byte) + "\"},{\"";
    CAPTURE(byte);
    const std::string text =
        line(value, {{"file", value}}, {.format = system::log::LogFormat::kJson});
    CHECK(text.find_first_of("\n\r\0\x1b"s) == std::string::npos);
    const auto parsed = nlohmann::json::parse(text, nullptr, false);
    REQUIRE(parsed.is_object());
    CHECK(parsed.size() == 4);
    CHECK(parsed["msg"] == parsed["file"]);
  }
}

TEST_CASE("log line: any key becomes a word") {
  CHECK(line("m", {{"a b=\"c\n", "v"}, {"", "w"}}, {.reader = system::log::LogReader::kJournal}) ==
        R"(<6>level=info msg="m" a_b__c_="v" _="w")");
}

TEST_CASE("log line: a long value is shortened") {
  CHECK(line("m", {{"k", std::string(100'000, 'x')}}, {}).size() < 5000);
}

TEST_CASE("log queue: lines come out in order") {
  Pipe pipe;
  auto queue = queue_to(copy(pipe.write));
  queue->push("one");
  queue->push("two");
  queue.reset();
  CHECK(pipe.text() == "one\ntwo\n");
}

TEST_CASE("log queue: a pipe that nobody reads neither blocks nor loses the count") {
  Pipe pipe;
  fill(pipe.write);
  const auto start = Clock::now();
  auto queue = queue_to(copy(pipe.write));
  for (int i = 0; i < 1000; ++i) queue->push("line");
  CHECK(Clock::now() - start < 1s);
  while (queue->dropped() < 1000 && Clock::now() - start < 10s) ::poll(nullptr, 0, 5);
  CHECK(queue->dropped() == 1000);
  queue.reset();
  CHECK(Clock::now() - start < 10s);
}

TEST_CASE("log queue: once a stuck reader reads again, lines arrive, each on its own") {
  Pipe pipe;
  fill(pipe.write);
  auto queue = queue_to(copy(pipe.write));
  queue->push("lost");
  while (queue->dropped() < 1) ::poll(nullptr, 0, 5);
  // There is room for two pages, so a line of three is cut.
  std::array<char, 8192> pages{};
  REQUIRE(::read(pipe.read.get(), pages.data(), pages.size()) == 8192);
  queue->push(std::string(std::size_t{3} * 4096, 'x'));
  while (queue->dropped() < 2) ::poll(nullptr, 0, 5);
  REQUIRE(::read(pipe.read.get(), pages.data(), pages.size()) == 8192);
  queue->push("whole");
  queue.reset();
  CHECK(pipe.text().ends_with("x\nwhole\n"));
}

TEST_CASE("log queue: a closed reader and a closed descriptor are counted, not fatal") {
  Pipe pipe;
  auto broken = queue_to(copy(pipe.write));
  pipe.read = system::FileDescriptor();
  auto closed = queue_to(system::FileDescriptor());
  for (system::log::LogQueue* queue : {broken.get(), closed.get()}) {
    queue->push("one");
    queue->push("two");
    const auto start = Clock::now();
    while (queue->dropped() < 2 && Clock::now() - start < 10s) ::poll(nullptr, 0, 5);
    CHECK(queue->dropped() == 2);
  }
}

TEST_CASE("log queue: a full disk is counted, not fatal") {
  auto queue = queue_to(system::FileDescriptor(::open("/dev/full", O_WRONLY | O_CLOEXEC)));
  queue->push("one");
  const auto start = Clock::now();
  while (queue->dropped() < 1 && Clock::now() - start < 10s) ::poll(nullptr, 0, 5);
  CHECK(queue->dropped() == 1);
}

TEST_CASE(
    "log: messages of the level and above go to stderr, none before set-up or after closing") {
  Pipe pipe;
  const system::FileDescriptor before(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
  REQUIRE(::dup2(pipe.write.get(), STDERR_FILENO) == STDERR_FILENO);
  system::log::log_error("too early");
  const auto set_up = system::log::setup_log(
      {.level = system::log::LogLevel::kWarn, .format = system::log::LogFormat::kJson});
  system::log::log_debug("no");
  system::log::log_info("no");
  system::log::log_warn("yes", {{"count", std::to_string(1)}});
  system::log::log_error("yes too");
  CHECK(system::log::log_messages_dropped() == 0);
  system::log::close_log();
  system::log::log_error("too late");
  ::dup2(before.get(), STDERR_FILENO);
  CHECK(set_up.has_value());

  const std::string text = pipe.text();
  const std::size_t line_end = text.find('\n');
  REQUIRE(line_end != std::string::npos);
  const auto first = nlohmann::json::parse(text.substr(0, line_end));
  CHECK(first["level"] == "warn");
  CHECK(first["msg"] == "yes");
  CHECK(first["count"] == "1");
  const auto second = nlohmann::json::parse(text.substr(line_end + 1));
  CHECK(second["msg"] == "yes too");
}

TEST_CASE("log: JOURNAL_STREAM counts only when it names this stderr") {
  CHECK(system::log::is_journal_stream("8:12345", 8, 12345));
  CHECK_FALSE(system::log::is_journal_stream("8:12345", 8, 1234));
  CHECK_FALSE(system::log::is_journal_stream("8:12345", 1, 12345));
  CHECK_FALSE(system::log::is_journal_stream("", 8, 12345));
  CHECK_FALSE(system::log::is_journal_stream(std::nullopt, 8, 12345));
}

TEST_CASE(
    "log limiter: the first complaint is logged at once, repeats every 10 minutes with their "
    "number") {
  system::log::LogLimiter limiter;
  const system::log::LogLimiter::Time start{};
  CHECK(limiter.admit("/a", "parse", start) == 0);
  CHECK(limiter.admit("/a", "parse", start + 1s) == std::nullopt);
  CHECK(limiter.admit("/a", "parse", start + 10min - 1ns) == std::nullopt);
  CHECK(limiter.admit("/a", "parse", start + 10min) == 2);
  CHECK(limiter.admit("/a", "parse", start + 20min - 1ns) == std::nullopt);
  CHECK(limiter.admit("/a", "parse", start + 20min) == 1);
  CHECK(limiter.admit("/a", "parse", start + 40min) == 0);
}

TEST_CASE("log limiter: another file or another reason is another complaint") {
  system::log::LogLimiter limiter;
  const system::log::LogLimiter::Time start{};
  CHECK(limiter.admit("/a", "parse", start) == 0);
  CHECK(limiter.admit("/b", "parse", start) == 0);
  CHECK(limiter.admit("/a", "missing", start) == 0);
  CHECK(limiter.admit("/b", "parse", start) == std::nullopt);
}

TEST_CASE("log limiter: however many files complain, their lines in one interval are bounded") {
  system::log::LogLimiter limiter;
  const system::log::LogLimiter::Time start{};
  for (std::size_t i = 0; i < system::log::LogLimiter::kMaxRemembered; ++i) {
    REQUIRE(limiter.admit(std::to_string(i), "parse", start) == 0);
  }
  CHECK(limiter.admit("one more", "parse", start + 1s) == std::nullopt);
  CHECK(limiter.admit("one more", "parse", start + 10min) == 0);
}
