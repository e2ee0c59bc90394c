// F12 to F15: the exporter itself runs out of descriptors, memory, readers of its log, or reads
// that succeed.
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "tests/faults/fault_scene.h"
#include "tests/faults/nth_failure.h"
#include "tests/support/sanitizers.h"

namespace mtls::daemon::testing {
namespace {

using mtls::testing::HttpConnection;
using mtls::testing::kCanPreload;

// Limits another process until the destructor.
class SoftLimit {
 public:
  SoftLimit(pid_t pid, __rlimit_resource resource, rlim_t soft) : pid_(pid), resource_(resource) {
    REQUIRE(::prlimit(pid_, resource_, nullptr, &before_) == 0);
    const rlimit lower{.rlim_cur = soft, .rlim_max = before_.rlim_max};
    REQUIRE(::prlimit(pid_, resource_, &lower, nullptr) == 0);
  }
  ~SoftLimit() { ::prlimit(pid_, resource_, &before_, nullptr); }
  SoftLimit(const SoftLimit&) = delete;
  SoftLimit& operator=(const SoftLimit&) = delete;

 private:
  pid_t pid_;
  __rlimit_resource resource_;
  rlimit before_{};
};

Exporter::Expected refused(const char* reason, double count) {
  return {.name = "nginx_mtls_evaluations_refused_total",
          .labels = {{"reason", reason}},
          .value = count};
}

/// -1: there is no such series.
double value_in(const std::string& text, const Exporter::Expected& of) {
  const auto found = mtls::testing::find(mtls::testing::parse_metrics(text), of.name, of.labels);
  return found.empty() ? -1 : found.front().value;
}

TEST_CASE("F12: without descriptors nothing false is published, and it recovers") {
  if (mtls::testing::skipped_as_sanitizer_needs_descriptors()) return;
  FaultScene scene({.servers = asking_server("victim", "victim.pem") + "include conf.d/*.conf;\n"});
  HttpConnection kept(scene.exporter().port());  // new ones will not get in
  const auto scrape = [&] {
    REQUIRE(kept.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
    return kept.receive_answer().body;
  };
  scrape();
  {
    const SoftLimit none(scene.exporter().process().pid(), RLIMIT_NOFILE, 3);
    scene.dir.rename_over("victim.pem", authority("other").certificate_pem);
    CHECK(eventually(10s, [&] { return value_in(scrape(), refused("descriptors", 0)) >= 1; }));
    const std::string now = scrape();
    CHECK(value_in(now, scene.problem("unreadable")) == 0);
    CHECK(value_in(now, FaultScene::problem_of(scene.dir.path("bystander.pem"), "unreadable")) ==
          0);
    CHECK(value_in(now, {.name = "nginx_mtls_config_parse_success"}) == 1);
    CHECK(mtls::testing::find(mtls::testing::parse_metrics(now), "nginx_mtls_ca_info",
                              {{"subject_cn", "victim"}})
              .size() == 1);
  }
  CHECK(scene.comes({.name = "nginx_mtls_ca_info", .labels = {{"subject_cn", "other"}}}));
  scene.check_unharmed();
  scene.restore_victim();
  scene.check_recovered();
}

std::uint64_t address_space(pid_t pid) {
  std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
  std::uint64_t pages = 0;
  statm >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

TEST_CASE("F13: without memory the evaluation is refused and counted, the last good one stays") {
  if (!kCanPreload) {
    WARN("skipped: sanitizers need address space without end");
    return;
  }
  FaultScene scene;
  std::string large = "no certificate\n";
  while (large.size() < 12U << 20U) large += large;
  {
    const pid_t pid = scene.exporter().process().pid();
    const SoftLimit tight(pid, RLIMIT_AS, address_space(pid) + (1U << 20U));
    scene.dir.rename_over("victim.pem", large);
    CHECK(eventually(10s, [&] {
      return scene.exporter().value("nginx_mtls_evaluations_refused_total",
                                    {{"reason", "memory"}}) >= 1;
    }));
    CHECK(scene.exporter().value("nginx_mtls_bundle_verify_success", {{"path", scene.victim()}}) ==
          1);
    scene.check_unharmed();
  }
  CHECK(scene.comes(scene.problem("settling")));  // seen by the next try
  scene.check_unharmed();
  scene.restore_victim();
  scene.check_recovered();
}

TEST_CASE("F13: without an entry in an epoll set changes are seen anyway, and it says so") {
  if (skipped_without_preloading()) return;
  Preloaded preloaded;
  FaultScene scene({.environment = preloaded.environment()});
  HttpConnection kept(scene.exporter().port());  // new ones will not get in
  const auto scrape = [&] {
    REQUIRE(kept.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
    return kept.receive_answer().body;
  };
  const auto shows = [&](const Exporter::Expected& expected) {
    return eventually(10s, [&] { return value_in(scrape(), expected) == expected.value; });
  };
  const Exporter::Expected fallback{.name = "nginx_mtls_watch_fallback", .value = 1};
  // A change before it watches would cause no event, so none could be missed.
  REQUIRE(eventually(10s, [&] { return value_in(scrape(), {.name = "nginx_mtls_watches"}) > 0; }));
  preloaded.set({.call = Call::kEpollControl, .error = ENOSPC, .first = 1, .times = 1'000'000});
  for (const char* name : {"first", "second"}) {
    CAPTURE(name);
    scene.dir.rename_over("victim.pem", authority(name).certificate_pem);
    CHECK(shows({.name = "nginx_mtls_ca_info", .labels = {{"subject_cn", name}}, .value = 1}));
    CHECK(shows(fallback));
  }
  CHECK(preloaded.failed() > 0);
  preloaded.clear();
  CHECK(scene.comes({.name = "nginx_mtls_watch_fallback", .value = 0}));
  scene.restore_victim();
  scene.check_recovered();
}

TEST_CASE("F13: without memory or descriptors check says that its result would not be reliable") {
  if (mtls::testing::skipped_as_sanitizer_needs_descriptors()) return;
  const TempDir dir;
  write_server_certificate(dir);
  dir.write("ca.pem", authority("CA").certificate_pem);
  dir.write("nginx.conf", nginx_conf(asking_server("a", "ca.pem")));
  // Descriptors that the test itself inherited are not for the exporter.
  const char* const few = "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; ulimit -n 5; exec \"$@\"";
  ChildProcess check =
      exporter({"check", "--nginx.conf", dir.path("nginx.conf")}, {}, {"/bin/sh", "-c", few, "sh"});
  const Outcome outcome = outcome_of(check);
  CHECK(outcome.code == 3);
  CHECK(contains(outcome.error, "ran out of descriptors"));
}

struct Outlet {
  const char* name;
  const char* redirection;  // of the exporter's stderr, by sh(1)
};

TEST_CASE("F14: log lines that nobody reads are dropped and counted, and delay nothing") {
  const std::vector<Outlet> outlets = {
      {"a full disk", "2>/dev/full"},
      {"closed", "2>&-"},
      {"a pipe nobody reads", "2>pipe"},
  };
  for (const Outlet& outlet : outlets) {
    CAPTURE(outlet.name);
    const TempDir place;
    run_in(place, "mkfifo pipe");
    const system::FileDescriptor stopped(::open(place.path("pipe").c_str(), O_RDWR | O_CLOEXEC));
    FaultScene scene(
        {.launcher = {"/bin/sh", "-c",
                      "cd '" + place.path() + "' && exec \"$0\" \"$@\" " + outlet.redirection}});
    std::string broken;
    for (int n = 0; n < 200; ++n)
      broken += asking_server("s" + std::to_string(n), std::string(900, 'x') + std::to_string(n));
    scene.dir.rename_over("nginx.conf", nginx_conf(asking_server("bystander", "bystander.pem") +
                                                   asking_server("victim", "victim.pem") + broken));
    CHECK(eventually(
        10s, [&] { return scene.exporter().value("nginx_mtls_log_messages_dropped_total") >= 1; }));
    scene.check_unharmed();
    scene.dir.rename_over("nginx.conf", scene.conf);
    scene.check_recovered();
    scene.exporter().process().signal(SIGTERM);
    CHECK(scene.exporter().process().wait(5s) == 0);
  }
}

TEST_CASE(
    "F15: interrupted and short reads go on; EIO is reported, and the file is read again later") {
  if (skipped_without_preloading()) return;
  Preloaded preloaded;
  FaultScene scene({.environment = preloaded.environment()});
  const auto subject = [&](const std::string& name) {
    return Exporter::Expected{.name = "nginx_mtls_ca_info", .labels = {{"subject_cn", name}}};
  };
  preloaded.set({.call = Call::kRead, .error = EINTR, .first = 1, .times = 3});
  scene.dir.rename_over("victim.pem", authority("interrupted").certificate_pem);
  CHECK(scene.comes(subject("interrupted")));
  CHECK(preloaded.failed() == 3);
  preloaded.clear();

  preloaded.shorten_reads(7);
  scene.dir.rename_over("victim.pem", authority("short").certificate_pem);
  CHECK(scene.comes(subject("short")));
  scene.check_unharmed();
  preloaded.shorten_reads(0);

  preloaded.set({.call = Call::kRead, .error = EIO, .first = 1, .times = 1'000'000});
  scene.dir.rename_over("victim.pem", authority("after EIO").certificate_pem);
  CHECK(scene.comes(scene.problem("unreadable")));
  preloaded.clear();
  scene.check_unharmed();
  scene.restore_victim();
  scene.check_recovered();
}

}  // namespace
}  // namespace mtls::daemon::testing
