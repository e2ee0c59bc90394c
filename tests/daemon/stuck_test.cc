// File systems that do not answer: which they are, the threads that wait for them, and the real
// binary with a FUSE mount whose server is stopped.
#include <algorithm>
#include <atomic>
#include <csignal>
#include <future>

#include <catch2/catch.hpp>

#include "daemon/system/mount_table.h"
#include "daemon/system/mount_threads.h"
#include "tests/daemon/exporter_fixture.h"

namespace mtls::daemon::testing {
namespace {

constexpr const char* kMountinfo =
    "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "22 21 0:20 / /proc rw - proc proc rw\n"
    "23 22 0:21 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw\n"
    "24 21 0:30 / /mnt/nfs rw master:3 propagate_from:2 - nfs4 server:/export rw\n"
    "25 24 0:31 / /mnt/nfs/scratch rw - tmpfs tmpfs rw\n"
    "26 21 0:32 / /mnt/with\\040space rw - fuse.sshfs host: rw\n"
    "27 21 8:2 / /data rw - bcachefs /dev/sdb rw\n"
    "28 21 8:3 / /ntfs rw - fuseblk /dev/sdc rw\n"
    "29 21 0:33 / /layers rw - overlay overlay rw\n"
    "30 21 0:34 / /new rw - somethingfs source rw\n"
    "31 21 0:35 / /twice rw - nfs4 server:/old rw\n"
    "32 21 0:36 / /twice rw - tmpfs tmpfs rw\n"
    "junk\n";

TEST_CASE("F11: mountinfo says which file systems may not answer, and which do not tell") {
  const system::MountTable table = system::MountTable::parse(kMountinfo);
  struct Row {
    const char* path;
    const char* point;
    system::MountKind kind;
  };
  for (const Row& row : {
           Row{"/", "/", system::MountKind::kLocal},
           Row{"/etc/nginx/nginx.conf", "/", system::MountKind::kLocal},
           Row{"/mnt/nfsserver/x", "/", system::MountKind::kLocal},
           Row{"/proc/self", "/proc", system::MountKind::kSilent},
           Row{"/mnt/nfs", "/mnt/nfs", system::MountKind::kRemote},
           Row{"/mnt/nfs/a/b", "/mnt/nfs", system::MountKind::kRemote},
           Row{"/mnt/nfs/scratch/x", "/mnt/nfs/scratch", system::MountKind::kLocal},
           Row{"/mnt/with space/x", "/mnt/with space", system::MountKind::kRemote},
           Row{"/data/x", "/data", system::MountKind::kLocal},
           Row{"/ntfs/x", "/ntfs", system::MountKind::kRemote},
           Row{"/layers/x", "/layers", system::MountKind::kSilent},
           Row{"/new/x", "/new", system::MountKind::kRemote},
           Row{"/twice/x", "/twice", system::MountKind::kLocal},
       }) {
    CAPTURE(row.path);
    CHECK(table.mount_of(row.path).point == row.point);
    CHECK(table.mount_of(row.path).kind == row.kind);
  }
  CHECK(table.may_block());
  CHECK(table.mounted_on("/mnt/nfs/a") == nullptr);
}

TEST_CASE("F11: an automount for binfmt_misc, a root on the network: nothing to wait for apart") {
  CHECK_FALSE(
      system::MountTable::parse("21 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
                                "23 22 0:21 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw\n")
          .may_block());
  const system::MountTable root =
      system::MountTable::parse("21 1 0:9 / / rw - nfs4 server:/root rw\n");
  CHECK_FALSE(root.may_block());
  CHECK(root.mount_of("/etc").kind == system::MountKind::kSilent);
}

TEST_CASE("F11: the way to a path is followed up to the first mount that may not answer") {
  const system::MountTable table = system::MountTable::parse(kMountinfo);
  const std::map<std::string, std::string> links = {{"/etc/nginx/certs", "/mnt/nfs/certs"},
                                                    {"/etc/relative", "../mnt/./nfs"},
                                                    {"/etc/local", "nginx"},
                                                    {"/etc/loop", "loop"},
                                                    {"/etc/chain", "local/certs"}};
  struct Row {
    const char* path;
    const char* point;  // "": every file system on the way answers
  };
  for (const Row& row : {
           Row{"/etc/nginx/nginx.conf", ""},
           Row{"/etc/nginx/certs/ca.pem", "/mnt/nfs"},
           Row{"/etc/relative/x", "/mnt/nfs"},
           Row{"/etc/local/nginx.conf", ""},
           Row{"/etc/loop/x", ""},
           Row{"/etc/chain/x", "/mnt/nfs"},
           Row{"/mnt/nfs/scratch/x", "/mnt/nfs"},
           Row{"/mnt/nfs/../x", "/mnt/nfs"},
           Row{"/mnt/../etc/x", ""},
           Row{"/mnt/nfs", "/mnt/nfs"},
           Row{"/../mnt//nfs/x", "/mnt/nfs"},
       }) {
    CAPTURE(row.path);
    const system::Mount* found = table.first_remote(row.path, [&](const std::string& path) {
      CHECK_FALSE(path.starts_with("/mnt/nfs"));  // is never asked
      const auto link = links.find(path);
      return link == links.end() ? "" : link->second;
    });
    CHECK((found == nullptr ? "" : found->point) == row.point);
  }
}

TEST_CASE("F11: a stuck lane takes no more work until it moves, the others do not notice") {
  system::MountThreads lanes(100ms);
  std::promise<void> gate;
  const std::shared_future<void> opened(gate.get_future());
  CHECK(lanes.run("a", [] {}));
  CHECK_FALSE(lanes.run("a", [opened] { opened.wait(); }));
  const auto begin = std::chrono::steady_clock::now();
  const auto ran = std::make_shared<std::atomic<bool>>(false);
  CHECK_FALSE(lanes.run("a", [ran] { *ran = true; }));
  CHECK(std::chrono::steady_clock::now() - begin < 50ms);  // no second wait
  CHECK(lanes.run("b", [] {}));
  gate.set_value();
  CHECK(eventually(10s, [&] { return lanes.run("a", [] {}); }));
  CHECK_FALSE(*ran);  // what was refused does not run later
}

TEST_CASE("F11: who waits behind a stuck job is let go with it, and its work is dropped") {
  system::MountThreads lanes(200ms);
  std::promise<void> gate;
  const std::shared_future<void> opened(gate.get_future());
  auto first =
      std::async(std::launch::async, [&] { return lanes.run("a", [opened] { opened.wait(); }); });
  const auto ran = std::make_shared<std::atomic<int>>(0);
  std::vector<std::future<bool>> behind;
  for (int i = 0; i < 4; ++i) {
    behind.push_back(
        std::async(std::launch::async, [&] { return lanes.run("a", [ran] { ++*ran; }); }));
  }
  std::vector<bool> done{first.get()};
  for (auto& one : behind) done.push_back(one.get());
  gate.set_value();
  CHECK(eventually(10s, [&] { return lanes.run("a", [] {}); }));
  // Those that overtook the first are done, all others never run.
  CHECK(std::count(done.begin(), done.end(), true) == *ran);
  CHECK_FALSE(done.front());
}

/// DIR/source seen through a FUSE server at DIR/mnt.
class FuseMount {
 public:
  explicit FuseMount(const TempDir& dir)
      : point_(dir.path("mnt")),
        server_({.argv = {"/usr/bin/bindfs", "-f", dir.path("source"), point_}}) {
    mounted_ = eventually(5s, [&] {
      const auto table = system::Mounts().current();
      return table->mounted_on(point_) != nullptr;
    });
  }
  ~FuseMount() {
    server_.signal(SIGCONT);
    if (mounted_) (void)ChildProcess({.argv = {"/usr/bin/umount", point_}}).wait(10s);
  }
  FuseMount(const FuseMount&) = delete;
  FuseMount& operator=(const FuseMount&) = delete;

  bool mounted() const { return mounted_; }
  void stop() { server_.signal(SIGSTOP); }
  void go_on() { server_.signal(SIGCONT); }

 private:
  std::string point_;
  ChildProcess server_;
  bool mounted_ = false;
};

/// nullptr, and the reason in the output: the test cannot be made here.
std::unique_ptr<FuseMount> mount_fuse(const TempDir& dir) {
  auto mount = std::make_unique<FuseMount>(dir);
  if (mount->mounted()) return mount;
  WARN("skipped: no FUSE mount could be had (bindfs, /dev/fuse, the right to mount)");
  return nullptr;
}

struct RemoteSite {
  TempDir dir;

  RemoteSite() {
    write_server_certificate(dir);
    dir.write("local.pem", authority("Local").certificate_pem);
    dir.write("source/remote.pem", authority("Remote").certificate_pem);
    run(dir, "mkdir mnt; ln -s mnt/remote.pem link.pem");
    dir.write("nginx.conf", nginx_conf(asking_server("local", "local.pem") +
                                       asking_server("remote", "mnt/remote.pem") +
                                       asking_server("linked", "link.pem")));
  }
  Exporter::Expected problem(const char* file, const char* word, double count) const {
    return {.name = "nginx_mtls_bundle_problems",
            .labels = {{"path", dir.path(file)}, {"problem", word}},
            .value = count};
  }
  Exporter::Expected certificates(const char* file, double count) const {
    return {.name = "nginx_mtls_bundle_certificates",
            .labels = {{"path", dir.path(file)}, {"state", "valid"}},
            .value = count};
  }
};

TEST_CASE("F11, W13: a mount that hangs is stuck, the rest lives on, and it comes back") {
  RemoteSite site;
  const auto mount = mount_fuse(site.dir);
  if (!mount) return;
  Exporter exporter(site.dir, {"--rescan.interval", "1s"});
  const auto unreliable = [&](const char* file) -> Exporter::Expected {
    return {.name = "nginx_mtls_watch_unreliable", .labels = {{"path", site.dir.path(file)}}};
  };
  CHECK(exporter.time_until(unreliable("mnt/remote.pem")) < 3s);
  CHECK(exporter.shows(unreliable("link.pem")));
  CHECK_FALSE(exporter.shows(unreliable("local.pem")));
  CHECK(exporter.shows(site.certificates("mnt/remote.pem", 1)));

  // W13: what happens behind the mount is seen by looking, and is no miss.
  site.dir.write("source/remote.pem",
                 authority("Remote").certificate_pem + authority("Second").certificate_pem);
  CHECK(exporter.time_until(site.certificates("mnt/remote.pem", 2), 10s) < 10s);
  CHECK(exporter.time_until(site.certificates("link.pem", 2)) < 3s);
  CHECK(exporter.value("nginx_mtls_watch_missed_total") == 0);

  mount->stop();
  const auto threads = exporter.value("process_threads");
  milliseconds slowest{};
  const bool seen = eventually(30s, [&] {
    const auto asked = std::chrono::steady_clock::now();
    const bool stuck = exporter.shows(site.problem("mnt/remote.pem", "stuck", 1));
    slowest = std::max(slowest, std::chrono::duration_cast<milliseconds>(
                                    std::chrono::steady_clock::now() - asked));
    return stuck;
  });
  CHECK(seen);
  CHECK(slowest < 1s);
  CHECK(exporter.time_until(site.problem("link.pem", "stuck", 1)) < 3s);
  CHECK(exporter.shows(site.problem("local.pem", "stuck", 0)));
  for (int n = 2; n <= 3; ++n) {  // the rest is as prompt as ever
    site.dir.write("local.pem", site.dir.read("local.pem") + authority("More").certificate_pem);
    CHECK(exporter.time_until(site.certificates("local.pem", n)) < 1s);
  }
  CHECK(exporter.value("process_threads").value() <= threads.value() + 1);

  mount->go_on();
  CHECK(exporter.time_until(site.problem("mnt/remote.pem", "stuck", 0), 10s) < 10s);
  CHECK(exporter.time_until(site.certificates("link.pem", 2)) < 3s);
  mount->stop();  // and it may end while a mount hangs
  std::this_thread::sleep_for(1500ms);
  exporter.process().signal(SIGTERM);
  CHECK(exporter.process().wait(4s) == 0);
}

TEST_CASE("F11: scrapes go on while the mount of web-config.yml hangs, by what it said before") {
  const TempDir dir;
  dir.write("nginx.conf", nginx_conf(""));
  run(dir, "mkdir source mnt");
  const auto frame_options = [&](const std::string& value) {
    dir.write("source/w.yml", "http_server_config: {headers: {X-Frame-Options: " + value + "}}\n");
  };
  frame_options("deny");
  const auto mount = mount_fuse(dir);
  if (!mount) return;
  Exporter exporter(dir, {"--web.config.file", dir.path("mnt/w.yml")});
  const auto served = [&] { return exporter.get("/metrics").headers["x-frame-options"]; };
  CHECK(served() == "deny");

  mount->stop();
  frame_options("sameorigin");
  const bool told = eventually(30s, [&] {  // the kernel remembers a stamp for a second
    const auto asked = std::chrono::steady_clock::now();
    CHECK(served() == "deny");
    CHECK(std::chrono::steady_clock::now() - asked < 1s);
    return exporter.log().find("the web configuration in use stays") != std::string::npos;
  });
  CHECK(told);

  mount->go_on();
  CHECK(eventually(10s, [&] { return served() == "sameorigin"; }));
  mount->stop();
  served();
  exporter.process().signal(SIGTERM);
  CHECK(exporter.process().wait(4s) == 0);
}

TEST_CASE("F11: a mount to which nothing leads costs no thread, though it hangs") {
  const TempDir dir;
  dir.write("nginx.conf", nginx_conf(""));
  run(dir, "mkdir source mnt");
  const auto threads_after_reload = [&] {
    Exporter exporter(dir);
    exporter.process().signal(SIGHUP);
    CHECK(exporter.time_until({.name = "nginx_mtls_evaluations_total",
                               .labels = {{"trigger", "signal"}},
                               .value = 1}) < 10s);
    return exporter.value("process_threads").value_or(0);
  };
  const auto without = threads_after_reload();
  const auto mount = mount_fuse(dir);
  if (!mount) return;
  mount->stop();
  CHECK(threads_after_reload() == without);
}

TEST_CASE("stuck: check and dump say which mount hangs, print what they know, and end with 3") {
  RemoteSite site;
  const auto mount = mount_fuse(site.dir);
  if (!mount) return;
  mount->stop();
  const std::string conf = "--nginx.conf=" + site.dir.path("nginx.conf");
  // At the end LeakSanitizer, if it is there, would wait for the thread that hangs.
  const std::map<std::string, std::string> no_leaks{{"ASAN_OPTIONS", "detect_leaks=0"}};
  ChildProcess check = exporter({"check", "--format=json", conf}, no_leaks);
  ChildProcess dump = exporter({"dump", conf}, no_leaks);
  ChildProcess client = exporter({"check", site.dir.path("mnt/remote.pem")}, no_leaks);
  ChildProcess settings =
      exporter({"dump", "--config.file=" + site.dir.path("mnt/s.yml")}, no_leaks);
  for (ChildProcess* command : {&check, &dump, &client, &settings}) {
    const Outcome outcome = outcome_of(*command);
    CHECK(outcome.code == 3);
    CHECK_THAT(outcome.error, Catch::Contains("/mnt does not answer"));
    CHECK(outcome.output.empty() == (command == &settings));
  }
}

TEST_CASE("stuck: check does not ask a mount that hangs when nothing leads there") {
  RemoteSite site;
  const auto mount = mount_fuse(site.dir);
  if (!mount) return;
  mount->stop();
  ChildProcess check = exporter({"check", site.dir.path("local.pem")});
  CHECK(outcome_of(check).code == 0);
}

}  // namespace
}  // namespace mtls::daemon::testing
