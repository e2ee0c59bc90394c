// The real binary under libfaketime: a wall clock that is set, and the far future.
#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/daemon/exporter_fixture.h"
#include "tests/support/sanitizers.h"

namespace mtls::daemon::testing {
namespace {

/// "" if there is none, or if it cannot be preloaded into an instrumented program.
std::string faketime_library() {
  if (mtls::testing::kSanitized) return "";
  const std::filesystem::path library =
      "/usr/lib/" EXPORTER_MULTIARCH "/faketime/libfaketimeMT.so.1";
  return std::filesystem::exists(library) ? library.string() : "";
}

/// Sets the wall clock of a daemon; its other clocks run on.
class FakeClock {
 public:
  explicit FakeClock(const TempDir& dir) : dir_(dir) {}

  std::map<std::string, std::string> environment() const {
    return {{"LD_PRELOAD", faketime_library()}, {"FAKETIME_TIMESTAMP_FILE", dir_.path("clock")},
            {"FAKETIME_NO_CACHE", "1"},         {"FAKETIME_DONT_FAKE_MONOTONIC", "1"},
            {"FAKETIME_DONT_RESET", "1"},       {"NO_FAKE_STAT", "1"}};
  }
  /// `offset`: from the real clock.
  void set(std::chrono::seconds offset) const {
    const auto seconds = offset.count();
    dir_.rename_over("clock", (seconds < 0 ? "" : "+") + std::to_string(seconds));
  }

 private:
  const TempDir& dir_;
};

TEST_CASE("T1: verdicts follow a clock that is set forth and back, and nothing turns negative") {
  if (faketime_library().empty()) {
    WARN("skipped: no libfaketime here, or a sanitizer is in its place");
    return;
  }
  const TempDir dir;
  write_server_certificate(dir);
  dir.write("ca.pem", authority("CA", 200 * 24h).certificate_pem);
  dir.write("nginx.conf", nginx_conf(asking_server("a", "ca.pem")));
  const FakeClock clock(dir);
  clock.set(0s);
  const Exporter exporter(dir, {}, clock.environment());
  const auto state = [&](const char* word) {
    return Exporter::Expected{.name = "nginx_mtls_bundle_certificates",
                              .labels = {{"path", dir.path("ca.pem")}, {"state", word}}};
  };
  struct Row {
    std::chrono::seconds offset;
    const char* state;
  };
  for (const Row& row : {Row{365 * 24h, "expired"}, Row{0s, "valid"}, Row{-48h, "not_yet_valid"},
                         Row{-1h, "valid"}, Row{0s, "valid"}}) {
    CAPTURE(row.offset.count());
    clock.set(row.offset);
    CHECK(exporter.time_until(state(row.state), 30s) < 5s);
    for (const Sample& sample : mtls::testing::parse_metrics(exporter.scrape())) {
      CAPTURE(sample.name);
      if (sample.name.starts_with("nginx_mtls_")) CHECK_FALSE(sample.value < 0);
    }
  }
}

TEST_CASE("T2: in 2038 and 2106 a CA ends at its second as it does today") {
  if (faketime_library().empty()) {
    WARN("skipped: no libfaketime here, or a sanitizer is in its place");
    return;
  }
  // Past the ends of a signed and of an unsigned 32-bit time_t.
  for (const std::int64_t limit : {std::int64_t{1} << 31U, std::int64_t{1} << 32U}) {
    CAPTURE(limit);
    const TempDir dir;
    write_server_certificate(dir);
    const base::sys_seconds end{std::chrono::seconds(limit + 1)};
    mtls::testing::CertificateSpec spec = mtls::testing::ca_spec("CN=Ending");
    spec.not_before = base::sys_seconds{std::chrono::seconds(limit)} - 24h;
    spec.not_after = end;
    dir.write("ca.pem", mtls::testing::mint(spec).certificate_pem);
    dir.write("nginx.conf", nginx_conf(asking_server("a", "ca.pem")));
    const FakeClock clock(dir);
    clock.set(end - now() - 3s);
    const Exporter exporter(dir, {}, clock.environment());
    const auto state = [&](const char* word) {
      return Exporter::Expected{.name = "nginx_mtls_bundle_certificates",
                                .labels = {{"path", dir.path("ca.pem")}, {"state", word}}};
    };
    CHECK(exporter.value("nginx_mtls_server_trust_expiry_timestamp_seconds") ==
          base::unix_seconds(end));
    CHECK(exporter.shows(state("valid")));
    CHECK(exporter.time_until(state("expired"), 10s) < 6s);
  }
}

}  // namespace
}  // namespace mtls::daemon::testing
