// The real binary where watching is hard: inotify refused, the queue full, a busy directory.
#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "daemon/system/file_descriptor.h"
#include "tests/daemon/exporter_fixture.h"
#include "tests/support/sanitizers.h"

namespace mtls::daemon::testing {
namespace {

struct Site {
  TempDir dir;
  std::string more;  // to be appended to ca.pem

  Site() {
    write_server_certificate(dir);
    dir.write("ca.pem", authority("CA").certificate_pem);
    dir.write("nginx.conf", nginx_conf(asking_server("a", "ca.pem")));
    more = authority("Another").certificate_pem;
  }
  Exporter::Expected certificates(int count) const {
    return {.name = "nginx_mtls_bundle_certificates",
            .labels = {{"path", dir.path("ca.pem")}, {"state", "valid"}},
            .value = count};
  }
  /// Replaces the bundle by one of `count` certificates, all but the first of other CAs.
  void put(int count) const {
    std::string text;
    for (int i = 0; i < count; ++i) text += authority("CA " + std::to_string(i)).certificate_pem;
    dir.rename_over("ca.pem", text);
  }
};

/// Creates and removes an unrelated file next to the bundle.
void touch_other(const TempDir& dir, int number) {
  const std::string name = dir.path("other" + std::to_string(number));
  const system::FileDescriptor made(::open(name.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  (void)!::write(made.get(), "x", 1);
  ::unlink(name.c_str());
}

struct Limit {
  const char* name;
  const char* command;  // in a user namespace, so that no other limit changes
};

TEST_CASE("W15: without inotify, or with too few watches, the daemon polls and says so") {
  for (const Limit& limit :
       {Limit{"no instance", "echo 0 > /proc/sys/user/max_inotify_instances"},
        Limit{"three watches", "echo 3 > /proc/sys/user/max_inotify_watches"}}) {
    CAPTURE(limit.name);
    const std::string script = std::string(limit.command) + " && exec \"$@\"";
    const std::string trial = "unshare -Ur sh -c '" + std::string(limit.command) + "' 2>/dev/null";
    if (std::system(trial.c_str()) != 0) {
      WARN("skipped: no user namespace in which inotify can be limited");
      continue;
    }
    const Site site;
    const Exporter exporter(site.dir, {}, {},
                            {"/usr/bin/unshare", "-Ur", "/bin/sh", "-c", script, "sh"});
    CHECK(exporter.time_until({.name = "nginx_mtls_watch_fallback"}) < 3s);
    CHECK(exporter.value("nginx_mtls_watches").value() <= 3);
    CHECK(exporter.time_until({.name = "nginx_mtls_watch_unreliable",
                               .labels = {{"path", site.dir.path("ca.pem")}}}) < 3s);
    site.put(2);
    CHECK(exporter.time_until(site.certificates(2), 10s) < 5s);
    CHECK(exporter.value("nginx_mtls_watch_missed_total") == 0);
  }
}

TEST_CASE("W15: watches that become available later are added with the next rescan") {
  if (std::system("unshare -Ur true 2>/dev/null") != 0) {
    WARN("skipped: no user namespace in which inotify can be limited");
    return;
  }
  const Site site;
  const std::string script =
      "echo 3 > /proc/sys/user/max_inotify_watches && { sleep 3; "
      "echo 1000 > /proc/sys/user/max_inotify_watches; } & exec \"$@\"";
  const Exporter exporter(site.dir, {"--rescan.interval", "1s"}, {},
                          {"/usr/bin/unshare", "-Ur", "/bin/sh", "-c", script, "sh"});
  CHECK(exporter.time_until({.name = "nginx_mtls_watch_fallback"}) < 3s);
  CHECK(exporter.time_until({.name = "nginx_mtls_watch_fallback", .value = 0}, 20s) < 20s);
  CHECK(exporter.value("nginx_mtls_watch_unreliable") == std::nullopt);
  site.put(2);
  CHECK(exporter.time_until(site.certificates(2)) < 1s);
}

TEST_CASE(
    "W14: a daemon stopped while its queue overflows counts that and is correct within two "
    "seconds") {
  const Site site;
  Exporter exporter(site.dir);
  // Changes before it watches are found by looking, not through the queue.
  REQUIRE(eventually(5s, [&] { return exporter.value("nginx_mtls_watches") > 0; }));
  for (int round = 1; round <= 2; ++round) {
    exporter.process().signal(SIGSTOP);
    for (int i = 0; i < 9'000; ++i) touch_other(site.dir, i);
    site.put(round + 1);
    exporter.process().signal(SIGCONT);
    CHECK(exporter.time_until(site.certificates(round + 1)) < 2s);
    CHECK(eventually(3s, [&] {  // a slow reader's queue may overflow again
      return exporter.value("nginx_mtls_watch_overflows_total") >= round;
    }));
  }
  CHECK(exporter.value("nginx_mtls_watch_missed_total") == 0);
}

TEST_CASE("W16: thousands of other files a second cost little and delay nothing") {
  const Site site;
  const Exporter exporter(site.dir);
  const auto cpu = [&] { return exporter.value("process_cpu_seconds_total").value(); };
  const double events_before = exporter.value("nginx_mtls_watch_events_total").value();
  const double before = cpu();
  const auto begin = std::chrono::steady_clock::now();
  int made = 0;
  for (int batch = 0; batch < 200; ++batch) {  // 10,000 a second for two seconds
    for (int i = 0; i < 100; ++i) touch_other(site.dir, made++);
    std::this_thread::sleep_until(begin + (batch + 1) * 10ms);
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const double share = (cpu() - before) / seconds;
  site.put(2);
  CHECK(exporter.time_until(site.certificates(2)) < 1s);
  CHECK(exporter.value("nginx_mtls_watch_events_total").value() - events_before > 2 * made);
  CHECK(exporter.value("nginx_mtls_watch_overflows_total") == 0);
  const double files_per_second = made / seconds;
  WARN(files_per_second << " files a second for " << 100 * share << " % of a processor");
  if (!mtls::testing::kSanitized) CHECK(share < 0.05);
}

}  // namespace
}  // namespace mtls::daemon::testing
