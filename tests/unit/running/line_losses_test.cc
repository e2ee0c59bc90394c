#include "running/line_losses.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>

namespace mtls::running {
namespace {

constexpr const char* kSocket = "/run/x.sock";
constexpr LossLine kWarning{.pid = 7, .is_unreachable = false};
constexpr LossLine kUnreachable{.pid = 7, .is_unreachable = true};

std::string line(const std::string& level, const std::string& message) {
  return "2026/12/01 06:40:26 [" + level + "] 7#7: " + message;
}

/// Two logs, `/both` for warnings and more, `/main` for errors.
struct Scene {
  Scene() {
    VerifyPlan plan{.logs = {"/both", "/main"}};
    plan.upstream_logs = {{0}, {1}};
    plan.loss_logs = plan.observed_logs = {{0}};
    plan.observer_socket = kSocket;
    losses.follow(std::make_shared<const VerifyPlan>(plan), {true, true});
    nginx.trust(7);
  }
  LossCounts read() {
    losses.end_reading(nginx);
    nginx.end_reading();
    return losses.counts();
  }

  LineLosses losses;
  VerifyCounts nginx;
};

LossCounts counted(std::uint64_t unreachable, std::optional<std::uint64_t> full) {
  return {.is_observed = true, .unreachable = unreachable, .full = full};
}

}  // namespace

TEST_CASE("line losses: what nginx writes when it could not send, and what only looks like it") {
  struct Row {
    const char* level;
    std::string message;
    std::optional<LossLine> parsed;
  };
  for (const Row& row : {
           Row{"warn", "*12 send() to syslog failed while logging request, client: ::1", kWarning},
           Row{"warn", "*9 send() to syslog has written only 5 of 9", kWarning},
           Row{"error", "send() failed (111: Connection refused)", kUnreachable},
           Row{"alert", "connect() failed (2: No such file or directory)", kUnreachable},
           Row{"alert",
               "connect() failed (111: Connection refused) while logging to syslog, server: "
               "unix:/run/x.sock",
               kUnreachable},
           Row{"alert",
               "connect() failed (111: Connection refused) while logging to syslog, server: "
               "unix:/run/other.sock",
               std::nullopt},
           Row{"alert",
               "connect() failed (111: Connection refused) while logging to syslog, server: "
               "10.0.0.1:514",
               std::nullopt},
           Row{"error",
               "*3 connect() failed (111: Connection refused) while connecting to upstream",
               std::nullopt},
           Row{"error", "send() failed (111: Connection refused) while resolving, resolver: ::1",
               std::nullopt},
           Row{"error", "send() failed (111", std::nullopt},
           Row{"warn", "send() to syslog failed", std::nullopt},
           Row{"warn", "*x", std::nullopt},
           Row{"info", "*12 send() to syslog failed", std::nullopt},
       }) {
    CAPTURE(row.message);
    CHECK(parse_loss_line(line(row.level, row.message), kSocket) == row.parsed);
  }
  CHECK_FALSE(parse_loss_line("", kSocket));
  CHECK_FALSE(parse_loss_line("2026/12/01 06:40:26 ", kSocket));
}

TEST_CASE("line losses: a warning that another line explains counts once, in any order") {
  Scene scene;
  CHECK(scene.read() == counted(0, 0));
  scene.losses.take(0, kWarning);
  scene.losses.take(0, kWarning);
  CHECK(scene.read() == counted(0, 0));  // it may be explained yet
  CHECK(scene.read() == counted(0, 2));
  scene.losses.take(1, kUnreachable);
  scene.losses.take(0, kWarning);
  CHECK(scene.read() == counted(1, 2));
  CHECK(scene.read() == counted(1, 2));
  scene.losses.take(0, kWarning);
  scene.read();
  scene.losses.take(1, kUnreachable);
  CHECK(scene.read() == counted(2, 2));
  for (std::uint64_t i = 0; i < 3 * VerifyCounts::kPatience; ++i)
    CHECK(scene.read() == counted(2, 2));
  scene.losses.take(0, kWarning);
  scene.read();
  CHECK(scene.read() == counted(2, 3));
}

TEST_CASE("line losses: only nginx's own processes count, once they are known") {
  Scene scene;
  scene.losses.take(0, {.pid = 8, .is_unreachable = false});
  scene.read();
  CHECK(scene.read() == counted(0, 0));
  scene.nginx.trust(8);
  scene.read();
  CHECK(scene.read() == counted(0, 1));
  for (int pid = 100; pid < 5'000; ++pid) scene.losses.take(0, {.pid = pid});
  for (std::uint64_t i = 0; i < 2 * VerifyCounts::kPatience; ++i) scene.read();
  for (int pid = 100; pid < 5'000; ++pid) scene.nginx.trust(pid);
  scene.read();
  CHECK(scene.read() == counted(0, 1));
}

TEST_CASE("line losses: a line in two logs counts once, and what cannot be seen is not known") {
  VerifyPlan plan{.logs = {"/one", "/two", "/silent"}};
  plan.loss_logs = {{0, 1}};
  plan.observed_logs = {{0, 1}};
  plan.observer_socket = kSocket;
  VerifyCounts nginx;
  nginx.trust(7);
  LineLosses losses;
  losses.follow(std::make_shared<const VerifyPlan>(plan), {false, true, true});
  losses.take(0, kWarning);
  losses.take(1, kWarning);
  losses.end_reading(nginx);
  losses.end_reading(nginx);
  CHECK(losses.counts() == counted(0, 1));
  plan.observed_logs = {{0, 1}, {}};  // a block that logs errors only
  losses.follow(std::make_shared<const VerifyPlan>(plan), {true, true, true});
  losses.take(2, kUnreachable);
  losses.end_reading(nginx);
  CHECK(losses.counts() == counted(1, std::nullopt));
  plan.observer_socket = "";
  losses.follow(std::make_shared<const VerifyPlan>(plan), {true, true, true});
  losses.end_reading(nginx);
  CHECK_FALSE(losses.counts().is_observed);
}

}  // namespace mtls::running
