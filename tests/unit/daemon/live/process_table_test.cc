#include "daemon/live/process_table.h"

#include <catch2/catch.hpp>

#include <string>

#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

namespace mtls::daemon::live {
namespace {

using testing::TempDir;

/// A directory that looks like procfs.
class Proc {
 public:
  struct Process {
    int pid = 0;
    std::string title;
    int parent = 1;
    int started = 1000;
    std::string children = "";
    std::string namespaces = "1";
  };

  Proc() { put({.pid = 1, .title = "/sbin/init", .parent = 0}); }

  void put(const Process& process) const {
    const std::string at = std::to_string(process.pid) + "/";
    dir.write(at + "cmdline", process.title);
    dir.write(at + "stat", std::to_string(process.pid) + " (nginx) S " +
                               std::to_string(process.parent) +
                               " 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 " +
                               std::to_string(process.started) + " 0 0\n");
    dir.write(at + "status", "NSpid:\t" + process.namespaces + "\nSigBlk:\t0000000000000000\n");
    dir.write(at + "task/" + std::to_string(process.pid) + "/children", process.children);
  }
  void remove(int pid) const { testing::run_in(dir, "rm -r " + std::to_string(pid)); }

  TempDir dir;
};

ProcessTable table_of(const Proc& proc, int* described = nullptr) {
  return ProcessTable(
      [described](const running::NginxMaster& master) {
        if (described != nullptr) ++*described;
        return running::Build{.conf = master.conf.value_or("")};
      },
      proc.dir.path());
}

}  // namespace

TEST_CASE("process table: masters with their workers, each described once") {
  const Proc proc;
  proc.put({.pid = 50, .title = "nginx: master process nginx -c /a", .children = "51 52 53 "});
  proc.put({.pid = 51, .title = "nginx: worker process", .parent = 50, .started = 1100});
  proc.put({.pid = 52, .title = "nginx: worker process is shutting down", .parent = 50});
  proc.put({.pid = 53, .title = "nginx: cache manager process", .parent = 50});
  proc.put({.pid = 60, .title = "nginx: master process nginx -c /b", .started = 900});
  proc.put({.pid = 70, .title = "sleep 1"});
  int described = 0;
  ProcessTable table = table_of(proc, &described);
  for (int i = 0; i < 3; ++i) {
    const ProcessTable::Look look = table.look();
    CHECK(look.is_settled);
    CHECK(look.view.is_visible);
    REQUIRE(look.view.masters.size() == 2);
    CHECK(look.view.masters[0].build.conf == "/b");
    CHECK(look.view.masters[1].workers ==
          std::vector<running::Worker>{{.pid = 51, .started = 1100},
                                       {.pid = 52, .started = 1000, .is_draining = true}});
    CHECK(look.view.masters[1].draining() == 1);
    CHECK(look.view.master_of("/a")->process.pid == 50);
    CHECK(look.view.master_of("/c") == nullptr);
  }
  CHECK(described == 2);
  proc.remove(60);
  CHECK(table.look().view.masters.size() == 1);
}

TEST_CASE("process table: nginx that serves without a master") {
  const Proc proc;
  const std::int64_t ticks = (Clocks::now().files_ns - Clocks::now().boot_ns) / 1'000'000'000 * 100;
  const std::string command("/usr/sbin/nginx\0-c\0/a\0", 22);
  proc.put({.pid = 50, .title = command, .started = static_cast<int>(ticks) - 1000});
  proc.put({.pid = 51, .title = command, .started = static_cast<int>(ticks)});  // a master soon
  proc.put({.pid = 52, .title = command, .started = 1000, .children = "50 "});  // a wrapper
  proc.put({.pid = 53, .title = "angie: single process v1.10.0 #1 [angie -c /b]"});
  const ProcessTable::Look look = table_of(proc).look();
  CHECK(look.is_settled);
  REQUIRE(look.view.masters.size() == 2);
  CHECK(look.view.masters[0].build.conf == "/b");
  CHECK(look.view.masters[1].process.pid == 50);
  CHECK(look.view.masters[1].process.is_single);
  CHECK(look.view.masters[1].workers.empty());
}

TEST_CASE("process table: a master that comes, and one whose number was another process's") {
  const Proc proc;
  proc.put({.pid = 50, .title = "sleep 1"});
  ProcessTable table = table_of(proc);
  CHECK(table.look().view.masters.empty());
  proc.put({.pid = 50, .title = "nginx: master process nginx -c /a"});
  CHECK(table.look().view.masters.size() == 1);
}

TEST_CASE("process table: a child that has just been born is no master, and one looks again") {
  const Proc proc;
  const Clocks clocks = Clocks::now();
  const auto young = static_cast<int>((clocks.files_ns - clocks.boot_ns) / 10'000'000);
  proc.put({.pid = 50, .title = "nginx: master process nginx -c /a", .children = "51 "});
  proc.put(
      {.pid = 51, .title = "nginx: master process nginx -c /a", .parent = 50, .started = young});
  ProcessTable table = table_of(proc);
  const ProcessTable::Look early = table.look();
  CHECK_FALSE(early.is_settled);
  CHECK(early.view.masters.size() == 1);
  proc.put({.pid = 51, .title = "nginx: worker process", .parent = 50, .started = young});
  CHECK(table.look().is_settled);
}

TEST_CASE("process table: an upgrade of the binary is two masters, the younger one the child") {
  const Proc proc;
  proc.put({.pid = 50, .title = "nginx: master process nginx -c /a", .children = "51 60 "});
  proc.put({.pid = 51, .title = "nginx: worker process", .parent = 50});
  proc.put({.pid = 60,
            .title = "nginx: master process nginx -c /a",
            .parent = 50,
            .started = 2000,
            .children = "61 "});
  proc.put({.pid = 61, .title = "nginx: worker process", .parent = 60, .started = 2001});
  const ProcessTable::Look look = table_of(proc).look();
  CHECK(look.is_settled);
  CHECK(look.view.masters_of("/a") == 2);
  CHECK(look.view.master_of("/a")->process.pid == 60);
  CHECK(look.view.master_of("/a")->parent == 50);
}

TEST_CASE("process table: masters in containers are counted, and hidden processes are no absence") {
  const Proc proc;
  proc.put({.pid = 50, .title = "nginx: master process nginx -c /a", .namespaces = "50\t1"});
  CHECK(table_of(proc).look().view.elsewhere == 1);
  CHECK(table_of(proc).look().view.masters.empty());
  proc.remove(1);
  CHECK_FALSE(table_of(proc).look().view.is_visible);
}

TEST_CASE("process table: ticks since boot are instants of this host") {
  const Clocks clocks = Clocks::now();
  CHECK(clocks.instant_of(0) == clocks.boot_ns);
  CHECK(clocks.instant_of(150) - clocks.boot_ns == 1'500'000'000);
  CHECK(waits_for_signals("/absent", 1) == false);
  CHECK(read_children("/absent", 1).empty());
}

}  // namespace mtls::daemon::live
