// F13 by exhaustion of `check`: its result is the same as without faults, or it says that the
// result would not be reliable.
#include "base/time.h"
#include "tests/faults/fault_scene.h"
#include "tests/faults/nth_failure.h"

namespace mtls::daemon::testing {
namespace {

const std::vector<Failing> kFailing = memory_files_and({
    {"opendir", Call::kOpenDirectory, EMFILE},
    {"read", Call::kRead, ENOMEM},
    {"pthread_create", Call::kThread, EAGAIN},
});

constexpr int kBroken = 3;

// Before main() the message comes from the C++ runtime.
bool ended_before_main(const Outcome& outcome) {
  return outcome.code == 128 + SIGABRT && contains(outcome.error, "std::bad_alloc");
}

TEST_CASE("F13: whichever allocation or call of a check fails, no finding is lost silently") {
  if (skipped_without_preloading()) return;
  const TempDir dir;
  write_server_certificate(dir);
  run_in(dir, "mkdir conf.d pki");
  dir.write("pki/soon.pem", authority("Soon", 5 * 24h).certificate_pem);
  run_in(dir, "ln -s pki/soon.pem ca.pem");
  dir.write("conf.d/a.conf", asking_server("a", "ca.pem"));
  dir.write("nginx.conf", nginx_conf("include conf.d/*.conf;\n"));
  const std::string at = base::rfc3339(now() + 1h);
  const auto check = [&](const std::map<std::string, std::string>& environment) {
    ChildProcess process =
        exporter({"check", "--nginx.conf", dir.path("nginx.conf"), "--at", at}, environment);
    return outcome_of(process);
  };
  const Outcome sound = check({});
  REQUIRE(sound.code == 1);
  for (const Failing& failing : kFailing) {
    long tried = 0;
    for (long n = first_n();; n = next_after(n, 0.3)) {
      CAPTURE(failing.name, n);
      Preloaded preloaded;
      preloaded.set(failing.nth(n));
      const Outcome outcome = check(preloaded.environment());
      if (preloaded.failed() == 0) break;
      ++tried;
      if (ended_before_main(outcome)) continue;
      CAPTURE(outcome.error, outcome.output);
      if (outcome.code == kBroken) {
        CHECK_FALSE(outcome.error.empty());
      } else {
        CHECK(outcome.code == sound.code);
        CHECK(outcome.output == sound.output);
      }
    }
    WARN(failing.name << ": " << tried << " calls failed, one after the other");
  }
}

}  // namespace
}  // namespace mtls::daemon::testing
