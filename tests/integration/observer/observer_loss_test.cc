// The observer's lines that nginx cannot send: what it writes into its error log (R9.7 c, d).
#include <catch2/catch.hpp>

#include <filesystem>
#include <optional>
#include <sstream>

#include "running/line_losses.h"
#include "tests/support/child_process.h"
#include "tests/support/nginx_runner.h"
#include "tests/support/observer/datagram_inbox.h"
#include "tests/support/wire/free_port.h"
#include "tests/support/wire/http_client.h"

namespace mtls::testing {
namespace {

struct Losses {
  int warnings = 0;
  int unreachable = 0;

  bool operator==(const Losses&) const = default;
};

Losses losses_in(const std::string& log, const std::string& socket) {
  Losses losses;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    if (const auto lost = running::parse_loss_line(line, socket))
      ++(lost->is_unreachable ? losses.unreachable : losses.warnings);
  }
  return losses;
}

}  // namespace

TEST_CASE(
    "observer losses: each line that nginx cannot send is one warning, and it says when "
    "nobody listens") {
  if (!NginxRunner::available()) return;
  constexpr int kFull = 1'000;  // more than any queue takes
  constexpr int kNobody = 7;
  const TempDir dir;
  const std::uint16_t port = free_port();
  const std::string socket = dir.path("inbox");
  dir.write("nginx.conf", "worker_processes 1;\nevents {}\nhttp { " + std::string(kNginxHttpPaths) +
                              "log_format x '$uri'; access_log syslog:server=unix:" + socket +
                              ",nohostname,tag=mtls x; server { listen 127.0.0.1:" +
                              std::to_string(port) + "; location / { return 204; } } }\n");
  std::optional<DatagramInbox> inbox(std::in_place, socket);
  const NginxRunner nginx(dir);
  const auto ask = [&](int times) {
    for (int i = 0; i < times; ++i) CHECK(get(port, "/x").status == 204);
  };
  // nginx logs after it has answered.
  const auto eventually_loses = [&](const Losses& losses) {
    return eventually(std::chrono::seconds{2},
                      [&] { return losses_in(nginx.error_log(), socket) == losses; });
  };
  ask(kFull);
  const auto arrived = static_cast<int>(inbox->take(kFull, std::chrono::seconds{1}).size());
  CHECK(arrived > 0);
  Losses expected{.warnings = kFull - arrived, .unreachable = 0};
  CHECK(eventually_loses(expected));

  inbox.reset();  // nobody listens, and the path stays
  ask(kNobody);
  expected.warnings += kNobody;
  expected.unreachable += kNobody;
  CHECK(eventually_loses(expected));
  std::filesystem::remove(socket);
  ask(kNobody);
  expected.warnings += kNobody;
  expected.unreachable += kNobody;
  CHECK(eventually_loses(expected));

  // From 1.23.4 on the line names the socket.
  const bool names = nginx.error_log().find("while logging to syslog") != std::string::npos;
  const Losses others = losses_in(nginx.error_log(), dir.path("other"));
  CHECK(others.unreachable == (names ? 0 : expected.unreachable));
}

}  // namespace mtls::testing
