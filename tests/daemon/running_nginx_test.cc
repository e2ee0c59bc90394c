// A real nginx master started with -g: the daemon and check judge the files as this nginx would.
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/daemon/exporter_fixture.h"

namespace mtls::daemon::testing {
namespace {

constexpr const char* kNginx = "/usr/sbin/nginx";

/// nginx on dir/nginx.conf with `globals` as its -g, and `more` arguments.
ChildProcess nginx(const TempDir& dir, const std::string& globals,
                   const std::vector<std::string>& more = {}) {
  std::vector<std::string> argv{kNginx, "-p", dir.path() + "/", "-c", "nginx.conf", "-g", globals};
  argv.insert(argv.end(), more.begin(), more.end());
  return ChildProcess({.argv = argv, .death_signal = SIGTERM});
}

/// The message of its [emerg] line, including ` in FILE:LINE`; "": none.
std::string emerg_of(const std::string& output) {
  const std::size_t at = output.find("[emerg] ");
  if (at == std::string::npos) return "";
  const std::size_t begin = output.find(": ", at) + 2;
  return output.substr(begin, output.find('\n', begin) - begin);
}

struct Row {
  std::string globals;  // besides what the test needs
  std::string main;     // the first line of nginx.conf
  std::string refused;  // part of nginx's message; "" = it accepts
};

TEST_CASE("running nginx: its -g counts for the daemon and for check as it does for nginx") {
  if (::access(kNginx, X_OK) != 0) {
    WARN("skipped: no " << kNginx);
    return;
  }
  const TempDir dir;
  const std::string good =
      "events {}\nhttp { server { listen 127.0.0.1:" + std::to_string(mtls::testing::free_port()) +
      "; } }\n";
  for (const Row& row :
       {Row{"user \"root\" root;", "# nothing", ""},
        Row{"worker_processes 1;", "worker_processes 2;", "\"worker_processes\" directive is dup"},
        Row{"user root;", "user root;", "\"user\" directive is duplicate in"},
        Row{"worker_rlimit_nofile 100;", "sendfile on;", "\"sendfile\" directive is not allowed"},
        Row{"include more.conf;", "worker_rlimit_core 1;",
            "\"worker_rlimit_core\" directive is dup"}}) {
    CAPTURE(row.globals, row.main);
    const std::string globals = "daemon off; pid " + dir.path("pid") + "; error_log " +
                                dir.path("error.log") + " info; " + row.globals;
    dir.write("more.conf", "worker_rlimit_core 1;\n");
    dir.write("nginx.conf", good);
    run_in(dir, "rm -f pid");
    ChildProcess master = nginx(dir, globals);
    REQUIRE(eventually(10s, [&] { return !dir.read("pid").empty(); }));
    const Exporter exporter(dir);
    CHECK(exporter.value("nginx_mtls_config_parse_success") == 1);

    dir.rename_over("nginx.conf", row.main + "\n" + good);
    ChildProcess test = nginx(dir, globals, {"-t"});
    const Outcome said = outcome_of(test);
    const std::string emerg = emerg_of(said.error);
    REQUIRE((said.code == 0) == row.refused.empty());
    CHECK(emerg.starts_with(row.refused));
    CHECK(exporter.time_until({.name = "nginx_mtls_config_parse_success",
                               .value = row.refused.empty() ? 1 : 0}) < 1s);
    ChildProcess check =
        ::mtls::daemon::testing::exporter({"check", "--nginx.conf=" + dir.path("nginx.conf")});
    const Outcome ours = outcome_of(check);
    CHECK(ours.code == (row.refused.empty() ? 0 : 2));
    CHECK_THAT(ours.output, Catch::Contains(emerg));
    CHECK(master.terminate() == 0);
  }
}

TEST_CASE("running nginx: without a master process it runs, and what it has loaded is not known") {
  if (::access(kNginx, X_OK) != 0) {
    WARN("skipped: no " << kNginx);
    return;
  }
  const TempDir dir;
  dir.write("nginx.conf", "daemon off; master_process off; pid " + dir.path("pid") +
                              "; error_log " + dir.path("error.log") +
                              " notice;\nevents {}\nhttp { server { listen 127.0.0.1:" +
                              std::to_string(mtls::testing::free_port()) + "; } }\n");
  ChildProcess single = nginx(dir, "worker_priority 1;");
  REQUIRE(eventually(10s, [&] { return !dir.read("pid").empty(); }));
  const Exporter exporter(dir);
  // Until it is some seconds old it could still become a master.
  CHECK(exporter.time_until({.name = "nginx_mtls_nginx_running"}, 20s) <= 20s);
  CHECK(exporter.value("nginx_mtls_nginx_info") == 1);
  const auto says_nothing = [&] {
    CHECK(!exporter.value("nginx_mtls_nginx_config_load_timestamp_seconds"));
    CHECK(!exporter.value("nginx_mtls_reload_pending"));
    CHECK_THAT(exporter.get("/").body, Catch::Contains("master_process off"));
  };
  says_nothing();
  single.signal(SIGHUP);
  REQUIRE(eventually(
      10s, [&] { return dir.read("error.log").find("reconfiguring") != std::string::npos; }));
  says_nothing();
  CHECK(single.terminate() == 0);
  CHECK(exporter.time_until({.name = "nginx_mtls_nginx_running", .value = 0}, 20s) <= 20s);
}

}  // namespace
}  // namespace mtls::daemon::testing
