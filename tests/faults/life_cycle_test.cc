// L3 to L8: how the exporter starts, is killed, hangs, is reconfigured, upgraded and doubled.
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <array>
#include <fstream>
#include <iterator>
#include <random>

#include "daemon/system/file_descriptor.h"
#include "tests/faults/fault_scene.h"

namespace mtls::daemon::testing {
namespace {

int kills() {
  const char* count = std::getenv("MTLS_KILLS");
  return count == nullptr ? 15 : std::atoi(count);
}

TEST_CASE("L3: after a kill at any moment the next start is clean") {
  FaultScene scene;
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 dice(seed);
  std::uniform_int_distribution<int> milliseconds_until(0, 150);
  for (int n = 0; n < kills(); ++n) {
    ChildProcess victim =
        exporter({"--nginx.conf", scene.dir.path("nginx.conf"), "--web.listen-address",
                  "127.0.0.1:" + std::to_string(mtls::testing::free_port())});
    const auto death = std::chrono::steady_clock::now() + milliseconds(milliseconds_until(dice));
    if (n % 3 == 0) scene.dir.rename_over("victim.pem", authority("victim").certificate_pem);
    std::this_thread::sleep_until(death);
    victim.signal(SIGKILL);
    CHECK(victim.wait(5s) == 128 + SIGKILL);
    run_in(scene.dir, "test -z \"$(find . -newer nginx.conf -name '*.lock')\"");
  }
  const Exporter next(scene.dir);
  CHECK(next.value("nginx_mtls_config_parse_success") == 1);
  CHECK(next.value("nginx_mtls_bundle_verify_success", {{"path", scene.victim()}}) == 1);
  scene.check_unharmed();
}

// systemd's end of NOTIFY_SOCKET, which counts heartbeats.
class Heartbeats {
 public:
  Heartbeats() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    dir_.path("notify").copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
            0);
  }
  std::map<std::string, std::string> environment() const {
    return {{"NOTIFY_SOCKET", dir_.path("notify")}, {"WATCHDOG_USEC", "200000"}};
  }
  /// The number since the last call.
  int count() const {
    int beats = 0;
    std::array<char, 4096> bytes{};
    ssize_t n = 0;
    while ((n = ::recv(socket_.get(), bytes.data(), bytes.size(), 0)) > 0) {
      if (std::string_view(bytes.data(), static_cast<std::size_t>(n)).starts_with("WATCHDOG=1"))
        ++beats;
    }
    return beats;
  }

 private:
  TempDir dir_;
  system::FileDescriptor socket_;
};

// Stops only the loop's thread; a signal would stop all of them.
class StoppedThread {
 public:
  explicit StoppedThread(pid_t thread) : thread_(thread) {
    held_ = ::ptrace(PTRACE_SEIZE, thread_, nullptr, nullptr) == 0 &&
            ::ptrace(PTRACE_INTERRUPT, thread_, nullptr, nullptr) == 0 &&
            ::waitpid(thread_, nullptr, __WALL) == thread_;
  }
  ~StoppedThread() {
    if (held_) ::ptrace(PTRACE_DETACH, thread_, nullptr, nullptr);
  }
  StoppedThread(const StoppedThread&) = delete;
  StoppedThread& operator=(const StoppedThread&) = delete;
  bool held() const { return held_; }

 private:
  pid_t thread_;
  bool held_ = false;
};

TEST_CASE("L4: a loop that hangs sends no heartbeat, while scrapes are answered") {
  const Heartbeats heartbeats;
  FaultScene scene({.environment = heartbeats.environment()});
  CHECK(eventually(5s, [&] { return heartbeats.count() > 0; }));
  {
    const StoppedThread loop(scene.exporter().process().pid());
    if (!loop.held()) {
      WARN("skipped: this user may not stop a thread of a process that is not dumpable (ptrace)");
      return;
    }
    heartbeats.count();
    const auto end = std::chrono::steady_clock::now() + 600ms;  // six heartbeats long
    while (std::chrono::steady_clock::now() < end) scene.check_unharmed();
    CHECK(heartbeats.count() == 0);
  }
  CHECK(eventually(5s, [&] { return heartbeats.count() > 0; }));
  scene.check_recovered();
}

TEST_CASE("L5: invalid settings at a reload leave the old ones in force, and a metric says so") {
  const std::string good = "limits: {max_certificates_per_file: 5}\n";
  FaultScene scene({.settings = good});
  const Exporter::Expected current{.name = "nginx_mtls_settings_last_reload_successful"};
  const Exporter::Expected old{.name = current.name, .labels = {}, .value = 0};
  CHECK(scene.exporter().shows(current));
  for (const char* bad : {"limits: {max_certificates_per_file: -1}\n", "nonsense: 1\n", "a: [\n"}) {
    CAPTURE(bad);
    scene.dir.rename_over("settings.yml", bad);
    scene.exporter().process().signal(SIGHUP);
    CHECK(scene.comes(old));
    scene.check_unharmed();
    scene.dir.rename_over("settings.yml", good);
    scene.exporter().process().signal(SIGHUP);
    CHECK(scene.comes(current));
    scene.check_recovered();
  }
}

TEST_CASE("L6: without an nginx.conf it runs, says so, and finds the file once it exists") {
  FaultScene scene;
  run_in(scene.dir, "rm nginx.conf");
  const Exporter early(scene.dir);
  CHECK(early.value("nginx_mtls_config_parse_success") == 0);
  CHECK(early.value("nginx_mtls_config_servers") == 0);
  CHECK(early.get("/-/healthy").status == 200);
  scene.dir.write("nginx.conf", scene.conf);
  CHECK(early.time_until({.name = "nginx_mtls_config_parse_success"}, 10s) <= 10s);
  CHECK(early.value("nginx_mtls_server_info", {{"server", "victim"}}) == 1);
  scene.check_recovered();
}

TEST_CASE("L7: replacing libssl does not affect the running process") {
  const TempDir libraries;
  run_in(libraries, std::string("for lib in $(ldd '") + EXPORTER_BINARY +
                        "' | sed -n 's,.*=> \\(.*lib\\(ssl\\|crypto\\)[^ ]*\\) .*,\\1,p'); do "
                        "cp \"$lib\" .; done; test -e libcrypto.so.3");
  FaultScene scene({.environment = {{"LD_LIBRARY_PATH", libraries.path()}}});
  std::ifstream maps("/proc/" + std::to_string(scene.exporter().process().pid()) + "/maps");
  const std::string mapped{std::istreambuf_iterator<char>(maps), {}};
  CHECK((mapped.empty() || contains(mapped, libraries.path("libcrypto.so.3"))));
  run_in(libraries, "for lib in *.so.*; do echo broken > new; mv new $lib; done");
  scene.dir.rename_over("victim.pem", authority("after the upgrade").certificate_pem);
  CHECK(
      scene.comes({.name = "nginx_mtls_ca_info", .labels = {{"subject_cn", "after the upgrade"}}}));
  scene.check_unharmed();
  run_in(libraries, "rm *.so.*");
  scene.restore_victim();
  scene.check_recovered();
}

TEST_CASE("L8: two instances on one host see the same and do not disturb each other") {
  FaultScene scene;
  const Exporter second(scene.dir);
  run_in(scene.dir, "rm victim.pem");
  CHECK(scene.comes(scene.problem("missing")));
  CHECK(second.time_until(scene.problem("missing"), 10s) <= 10s);
  scene.check_unharmed();
  scene.restore_victim();
  scene.check_recovered();
  CHECK(second.time_until(scene.problem("missing", 0), 10s) <= 10s);
}

}  // namespace
}  // namespace mtls::daemon::testing
