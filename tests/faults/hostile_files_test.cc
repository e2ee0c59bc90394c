// F1 to F3, F7, F9: nginx's configuration names something that is not a regular file, may not be
// read, or is too large.
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <fstream>

#include "tests/faults/fault_scene.h"
#include "tests/faults/preloaded.h"

namespace mtls::daemon::testing {
namespace {

using mtls::testing::kCanPreload;
using mtls::testing::Preloaded;

struct Wrong {
  const char* command;  // puts it where victim.pem was
  const char* problem;
};

const std::vector<Wrong> kNotRegular = {
    {"mkfifo victim.pem", "not_regular"},
    {"mkdir victim.pem", "not_regular"},
    {"ln -s /dev/zero victim.pem", "not_regular"},
    {"ln -s /dev/tty victim.pem", "not_regular"},
    {"python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"victim.pem\")'",
     "not_regular"},
};

TEST_CASE("F1: anything but a regular file is never opened for reading, and is reported as such") {
  Preloaded preloaded;
  FaultScene scene({.environment = kCanPreload ? preloaded.environment()
                                               : std::map<std::string, std::string>{}});
  for (const Wrong& wrong : kNotRegular) {
    CAPTURE(wrong.command);
    const std::size_t before = preloaded.opened().size();
    run_in(scene.dir, std::string("rm -rf victim.pem; ") + wrong.command);
    CHECK(scene.comes(scene.problem(wrong.problem)));
    scene.check_unharmed();
    if (kCanPreload) {
      const std::string opened = preloaded.opened();
      CHECK(contains(opened.substr(0, before), scene.victim() + "\n"));  // so the log works
      CHECK_FALSE(contains(opened.substr(before), scene.victim()));
      CHECK_FALSE(contains(opened.substr(before), "/dev/"));
    }
    scene.restore_victim();
    scene.check_recovered();
  }
}

TEST_CASE("F1: a directory as an include is refused, and a FIFO delays nothing") {
  FaultScene scene;
  run_in(scene.dir, "mkdir extra");
  scene.dir.rename_over("nginx.conf", "include extra;\n" + scene.conf);
  CHECK(scene.comes({.name = "nginx_mtls_config_parse_success", .value = 0}));
  CHECK(scene.exporter().value("nginx_mtls_findings", {{"rule", "nginx-refuses-config"}}) >= 1);
  scene.check_unharmed();
  // nginx itself would wait forever for somebody to write.
  run_in(scene.dir, "rmdir extra && mkfifo extra");
  CHECK(eventually(10s, [&] {
    return scene.exporter().log().find("waits until somebody writes into this FIFO") !=
           std::string::npos;
  }));
  CHECK(scene.exporter().value("nginx_mtls_config_parse_success") == 0);
  scene.check_unharmed();
  scene.dir.rename_over("nginx.conf", scene.conf);
  CHECK(scene.comes({.name = "nginx_mtls_config_parse_success"}));
  scene.check_recovered();
}

const std::vector<Wrong> kMagic = {
    {"ln -s /dev/zero victim.pem", "not_regular"},
    {"ln -s /proc/self/mem victim.pem", "unreadable"},
    {"ln -s /sys/kernel/mm/transparent_hugepage/enabled victim.pem", "empty"},
    {"ln -s /proc/self/maps victim.pem", "empty"},
    {"ln -s /proc/self/pagemap victim.pem", "unreadable"},
};

TEST_CASE(
    "F2: endless and magic files are refused, or read up to the cap whatever size they claim") {
  FaultScene scene({.settings = "limits: {max_file_bytes: 1048576}\n"});
  for (const Wrong& wrong : kMagic) {
    CAPTURE(wrong.command);
    run_in(scene.dir, "rm -rf victim.pem");
    CHECK(scene.comes(scene.problem("missing")));  // so that there is no last good content to keep
    run_in(scene.dir, wrong.command);
    const bool refused = eventually(10s, [&] {
      return scene.exporter().shows(scene.problem(wrong.problem)) ||
             scene.exporter().shows(scene.problem("too_large")) ||
             scene.exporter().shows(scene.problem("permission"));
    });
    CHECK(refused);
    CHECK(scene.exporter().value("nginx_mtls_bundle_verify_success", {{"path", scene.victim()}}) ==
          0);
    scene.check_unharmed();
    scene.restore_victim();
    scene.check_recovered();
  }
}

double resident(const FaultScene& scene) {
  const auto samples = mtls::testing::parse_metrics(scene.scrape());
  return mtls::testing::find(samples, "process_resident_memory_bytes").front().value;
}

constexpr double kMiB = 1024.0 * 1024;

TEST_CASE("F3: a sparse file of 1 TiB is too large, and costs no memory") {
  FaultScene scene;
  const double before = resident(scene);
  run_in(scene.dir, "truncate -s 1T victim.pem || truncate -s 1000G victim.pem");
  CHECK(scene.comes(scene.problem("too_large")));
  if (kCanPreload) CHECK(resident(scene) - before < 5 * kMiB);  // else: the sanitizer's quarantine
  scene.check_unharmed();
  scene.restore_victim();
  scene.check_recovered();

  run_in(scene.dir, "truncate -s 1T huge.conf || truncate -s 1000G huge.conf");
  scene.dir.rename_over("nginx.conf", "include huge.conf;\n" + scene.conf);
  CHECK(scene.comes({.name = "nginx_mtls_config_parse_success", .value = 0}));
  if (kCanPreload) CHECK(resident(scene) - before < 5 * kMiB);
  scene.dir.rename_over("nginx.conf", scene.conf);
  CHECK(scene.comes({.name = "nginx_mtls_config_parse_success"}));
  scene.check_recovered();
}

TEST_CASE("F3: a file that grows while it is read is read to a cap, then too large") {
  FaultScene scene({.settings = "limits: {max_file_bytes: 4194304}\n"});
  std::ofstream growing(scene.victim(), std::ios::app);
  const std::string piece(65536, 'x');
  const bool told = eventually(20s, [&] {
    growing << piece << std::flush;
    return scene.exporter().shows(scene.problem("too_large"));
  });
  CHECK(told);
  scene.check_unharmed();
  growing.close();
  scene.restore_victim();
  scene.check_recovered();
}

std::string hops(int count) {
  std::string command = "mkdir -p hops; cp good.pem hops/0";
  command += "; for n in $(seq 1 " + std::to_string(count) +
             "); do ln -sfn $((n-1)) hops/$n; done; ln -s hops/" + std::to_string(count) +
             " victim.pem";
  return command;
}

TEST_CASE("F7: symbolic links are followed as the kernel follows them, and no further") {
  FaultScene scene;
  run_in(scene.dir, "cp victim.pem good.pem");
  const std::vector<Wrong> links = {
      {"ln -s victim.pem victim.pem", "loop"},
      {"ln -s other victim.pem; ln -sfn victim.pem other", "loop"},
      {"ln -s /proc/self/fd/77 victim.pem", "missing"},
  };
  for (const Wrong& link : links) {
    CAPTURE(link.command);
    run_in(scene.dir, std::string("rm -rf victim.pem; ") + link.command);
    CHECK(scene.comes(scene.problem(link.problem)));
    scene.check_unharmed();
    scene.restore_victim();
    scene.check_recovered();
  }
  run_in(scene.dir, "rm victim.pem; " + hops(40));  // victim.pem itself makes 41
  CHECK(scene.comes(scene.problem("loop")));
  run_in(scene.dir, "rm -r victim.pem hops; " + hops(39));
  scene.check_recovered();
  run_in(scene.dir, "rm victim.pem; ln -s ../../../../../../../../../.." + scene.dir.path() +
                        "/good.pem victim.pem");
  scene.check_recovered();
}

// Root without capabilities needs permission bits like everybody else.
Launcher without_capabilities() {
  if (::geteuid() != 0) return {};
  return {"/usr/bin/setpriv", "--bounding-set", "-all", "--inh-caps", "-all", "--"};
}

TEST_CASE(
    "F9: a file or directory without permission is reported, and recovers once it is readable") {
  SceneSpec spec{.servers = asking_server("victim", "below/victim.pem")};
  spec.launcher = without_capabilities();
  FaultScene scene(spec);
  run_in(scene.dir, "mkdir below && cp victim.pem below");
  const std::string path = scene.dir.path("below/victim.pem");
  CHECK(scene.comes(FaultScene::problem_of(path, "missing", 0)));
  const std::vector<std::pair<const char*, const char*>> changes = {
      {"chmod 000 below/victim.pem", "chmod 644 below/victim.pem"},
      {"chmod 000 below", "chmod 755 below"},
  };
  for (const auto& [forbid, allow] : changes) {
    CAPTURE(forbid);
    run_in(scene.dir, forbid);
    CHECK(scene.comes(FaultScene::problem_of(path, "permission")));
    scene.check_unharmed();
    run_in(scene.dir, allow);
    CHECK(scene.comes(FaultScene::problem_of(path, "permission", 0)));
    CHECK(scene.exporter().value("nginx_mtls_bundle_verify_success", {{"path", path}}) == 1);
  }
}

}  // namespace
}  // namespace mtls::daemon::testing
