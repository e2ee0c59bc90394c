#include "daemon/live/log_reader.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <string>

#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

namespace mtls::daemon::live {
namespace {

using testing::run_in;
using testing::TempDir;

std::string line(int pid, const std::string& message, const std::string& level = "info") {
  const std::string number = std::to_string(pid);
  return "2026/11/30 23:51:27 [" + level + "] " + number + "#" + number + ": " + message + "\n";
}
std::string refused(int pid) {
  return line(pid,
              "*1 client sent no required SSL certificate while reading client request "
              "headers, client: 127.0.0.1, server: a, request: \"GET / HTTP/1.1\"");
}

void append(const TempDir& dir, const std::string& file, const std::string& text) {
  std::ofstream(dir.path(file), std::ios::app) << text;
}

std::shared_ptr<const running::VerifyPlan> plan(const std::vector<std::string>& logs) {
  running::VerifyPlan plan{.logs = logs};
  plan.blocks.push_back({.label = "a", .names = {"a"}, .is_http = true, .asks = true, .logs = {0}});
  return std::make_shared<const running::VerifyPlan>(plan);
}

std::uint64_t refusals(const LogReader& reader) {
  return reader.counts().clients().at("a").at({"no_cert", "no certificate"});
}

}  // namespace

TEST_CASE("log reader: a file that appears counts from its first line on") {
  const TempDir dir;
  LogReader reader;
  reader.follow(plan({dir.path("log")}));
  reader.read({});
  CHECK_FALSE(reader.counts().observable().at("a"));
  append(dir, "log", refused(7) + refused(7));
  reader.read({});
  CHECK(refusals(reader) == 2);
  CHECK(reader.counts().observable().at("a"));
  CHECK(reader.logs().front().lines == 2);
}

TEST_CASE("log reader: a line that a client put behind another one counts for nobody") {
  const TempDir dir;
  append(dir, "log", "");
  LogReader reader;
  reader.follow(plan({dir.path("log")}));
  reader.read({});
  append(dir, "log", line(7, "*1 open() \"/html/x\n" + refused(8) + "\" failed", "error"));
  reader.read({});
  CHECK(refusals(reader) == 0);
  append(dir, "log", refused(7));
  reader.read({});
  CHECK(refusals(reader) == 1);
  append(dir, "log", line(7, "*1 x", "error") + refused(9));
  reader.read({});
  CHECK(refusals(reader) == 1);
  reader.read({9});  // /proc knows it
  CHECK(refusals(reader) == 2);
}

TEST_CASE("log reader: two paths to one file are read once") {
  const TempDir dir;
  append(dir, "log", "");
  run_in(dir, "ln -s log other");
  LogReader reader;
  reader.follow(plan({dir.path("log"), dir.path("other")}));
  reader.read({});
  append(dir, "log", refused(7));
  reader.read({});
  CHECK(refusals(reader) == 1);
  run_in(dir, "mv log log.1; rm other; touch log other");
  append(dir, "log.1", refused(7));
  append(dir, "log", refused(7));
  append(dir, "other", refused(7));
  reader.read({});
  CHECK(refusals(reader) == 4);
}

TEST_CASE("log reader: emergencies are handed out, and Angie's limit is counted") {
  const TempDir dir;
  append(dir, "log", "");
  LogReader reader;
  reader.follow(plan({dir.path("log")}));
  reader.read({});
  append(dir, "log",
         line(3, "bind() failed", "emerg") + line(4, "too many log messages, limiting") +
             line(4, "*1 too many log messages"));
  const auto emergencies = reader.read({});
  REQUIRE(emergencies.size() == 1);
  CHECK(emergencies.front().pid == 3);
  CHECK(emergencies.front().message == "bind() failed");
  CHECK(reader.logs().front().limited == 1);
}

TEST_CASE("log reader: a log that cannot be read any more is told once") {
  const TempDir dir;
  append(dir, "log", "");
  LogReader reader;
  reader.follow(plan({dir.path("log")}));
  reader.read({});
  CHECK(reader.take_turns().empty());
  run_in(dir, "rm log; mkfifo log");
  reader.read({});
  reader.read({});
  const auto turns = reader.take_turns();
  REQUIRE(turns.size() == 1);
  CHECK(turns.front().state == LineSource::State::kNotRegular);
  CHECK(reader.logs().front().unreadable == 1);
  CHECK_FALSE(reader.counts().observable().at("a"));
  CHECK(words(turns.front().state) == "it is a device, a pipe or a directory");
}

TEST_CASE("log reader: the observer's lines that nginx lost are counted where somebody observes") {
  const TempDir dir;
  const std::string lost = line(7, "*1 send() to syslog failed while logging request", "warn");
  for (const char* socket : {"", "/run/x.sock"}) {
    CAPTURE(socket);
    dir.write("log", "");
    running::VerifyPlan one = *plan({dir.path("log")});
    one.observer_socket = socket;
    one.loss_logs = one.observed_logs = {{0}};
    LogReader reader;
    reader.follow(std::make_shared<const running::VerifyPlan>(one));
    reader.read({7});
    append(dir, "log", lost + lost + refused(7));
    reader.read({7});
    reader.read({7});
    CHECK(refusals(reader) == 1);
    CHECK(reader.losses().is_observed == (*socket != 0));
    CHECK(reader.losses().full == (*socket != 0 ? 2U : 0U));
  }
}

}  // namespace mtls::daemon::live
