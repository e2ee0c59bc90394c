// Which version of each file the running nginx has, along timelines in memory.
#include "audit/loaded.h"

#include <catch2/catch.hpp>

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit {
namespace {

using namespace audit_fixture;

constexpr std::int64_t kHalf = 500'000'000;

/// A host with an nginx whose reloads are seen. Each file that is put is a second younger than the
/// one before.
class Machine {
 public:
  explicit Machine(const std::string& conf = http_server(kVerifyOn)) {
    host.conf(conf);
    host.canary(minted().client.certificate_pem);
    view_.masters = {{.process = {.pid = 7}, .started = 1, .build = {.conf = kConf}}};
    view_.masters.front().generation = running::Generation{.number = 1};
  }

  std::int64_t now_ns() {
    host.disk.put("/clock", "");
    return host.disk.stat("/clock")->ctime_ns;
  }

  /// Starts a generation. What was there before was there while the master was idle.
  void reload() {
    const std::int64_t now = now_ns();
    generation() = {.number = generation().number + 1, .is_witnessed = true};
    view_.masters.front().load = running::LoadTime{.after_ns = now, .before_ns = now + kHalf};
  }
  /// The same for a program that came too late to see the master idle.
  void loaded_at(std::int64_t ns) {
    view_.masters.front().load = running::LoadTime{.before_ns = ns};
  }
  running::Generation& generation() { return *view_.masters.front().generation; }
  running::ProcessView& view() { return view_; }

  const Snapshot& look(bool whole = false) {
    Changes changes = last ? host.differences(*last) : Changes{};
    changes.everything = whole;
    last = build({.policy = host.policy,
                  .disk = host.disk,
                  .now = kT0,
                  .previous = last,
                  .changes = changes,
                  .processes = std::make_shared<const running::ProcessView>(view_),
                  .changed_at = [this](const std::string& path) -> std::optional<PathTimes> {
                    if (path == directory) return PathTimes{.changed_ns = directory_changed};
                    const auto stamp = host.disk.stat(path);
                    if (!stamp) return std::nullopt;
                    return PathTimes{.changed_ns = stamp->ctime_ns, .moved_ns = moved};
                  }});
    return *last;
  }

  LoadState state(const std::string& path) {
    const auto loaded = look().loaded;
    REQUIRE(loaded);
    REQUIRE(loaded->files->contains(path));
    return loaded->state(path);
  }

  /// Of the canary at the first server block; nullopt: not known.
  std::optional<bool> accepted() {
    const Snapshot& snapshot = look();
    const ServerAudit* server = snapshot.loaded ? snapshot.loaded->server(snapshot, 0) : nullptr;
    if (server == nullptr) return std::nullopt;
    return server->verdicts.at(0).accepted;
  }

  Host host;
  std::string directory;
  std::int64_t directory_changed = 0;
  std::int64_t moved = 0;
  std::shared_ptr<const Snapshot> last;

 private:
  running::ProcessView view_;
};

void trust_other(Machine& machine) {
  machine.host.disk.put(kBundle, minted().other_root.certificate_pem);
}

}  // namespace

TEST_CASE("loaded files: what was there before a reload is loaded, what comes later waits") {
  Machine machine;
  machine.reload();
  for (const char* path : {kConf, kBundle, kServerPem, kServerKey}) {
    CAPTURE(path);
    CHECK(machine.state(path) == LoadState::kLoaded);
  }
  CHECK(machine.accepted() == true);
  trust_other(machine);
  CHECK(machine.state(kBundle) == LoadState::kPending);
  CHECK(machine.accepted() == true);
  CHECK_FALSE(machine.last->servers.at(0)->verdicts.at(0).accepted);
  CHECK(has(*machine.last, FindingKind::kReloadPending));
  CHECK(has(*machine.last, FindingKind::kLiveVerdictDiffers));
  machine.reload();
  CHECK(machine.state(kBundle) == LoadState::kLoaded);
  CHECK(machine.accepted() == false);
  CHECK_FALSE(has(*machine.last, FindingKind::kReloadPending));
  CHECK_FALSE(has(*machine.last, FindingKind::kLiveVerdictDiffers));
}

TEST_CASE("loaded files: the same content in another file waits for nothing") {
  Machine machine;
  machine.reload();
  CHECK(machine.state(kBundle) == LoadState::kLoaded);
  machine.host.disk.put(kBundle, minted().root.certificate_pem);
  CHECK(machine.state(kBundle) == LoadState::kLoaded);
  CHECK(machine.accepted() == true);
  machine.host.disk.chmod(kServerKey, 0600);
  CHECK(machine.state(kServerKey) == LoadState::kLoaded);
  machine.host.disk.put(kServerKey, "another");
  CHECK(machine.state(kServerKey) == LoadState::kPending);
}

TEST_CASE("loaded files: what changed while nginx read is not known, until the next reload") {
  Machine machine;
  const std::int64_t idle = machine.now_ns();
  trust_other(machine);
  const std::int64_t started = machine.now_ns() + kHalf;
  machine.generation() = {.number = 2, .is_witnessed = true};
  machine.view().masters.front().load = running::LoadTime{.after_ns = idle, .before_ns = started};
  CHECK(machine.state(kBundle) == LoadState::kUnknown);
  CHECK(machine.state(kConf) == LoadState::kLoaded);
  CHECK(machine.accepted() == std::nullopt);
  CHECK_FALSE(has(*machine.last, FindingKind::kReloadPending));
  machine.reload();
  CHECK(machine.state(kBundle) == LoadState::kLoaded);
  CHECK(machine.accepted() == false);
}

TEST_CASE("loaded files: who comes later goes by the times, with two seconds to each side") {
  struct Row {
    int seconds;  // from the time of the bundle to the start of the workers
    LoadState state;
  };
  for (const Row& row :
       {Row{100, LoadState::kLoaded}, Row{3, LoadState::kLoaded}, Row{1, LoadState::kUnknown},
        Row{-1, LoadState::kUnknown}, Row{-3, LoadState::kPending}}) {
    CAPTURE(row.seconds);
    Machine machine;
    for (int i = 0; i < 20; ++i) machine.now_ns();
    machine.host.disk.put(kBundle, minted().root.certificate_pem);
    const std::int64_t at = machine.host.disk.stat(kBundle)->ctime_ns;
    machine.loaded_at(at + std::int64_t{row.seconds} * 2 * kHalf);
    CHECK(machine.state(kBundle) == row.state);
    CHECK(machine.accepted().has_value() == (row.state == LoadState::kLoaded));
  }
}

TEST_CASE("loaded files: a directory that was moved meanwhile leaves open what was there") {
  Machine machine;
  machine.moved = machine.now_ns() + 100 * kHalf;
  machine.reload();
  CHECK(machine.look().loaded->config == nullptr);
  CHECK(machine.state(kConf) == LoadState::kUnknown);
}

TEST_CASE("loaded files: a pattern counts only if its directory is old enough") {
  const std::string conf = http(server("a.test", kVerifyOn) + "include conf.d/*.conf;\n");
  for (const bool is_old : {true, false}) {
    CAPTURE(is_old);
    Machine machine(conf);
    machine.directory = "/etc/nginx/conf.d";
    machine.directory_changed = is_old ? 1 : machine.now_ns() + 100 * kHalf;
    machine.reload();
    CHECK((machine.look().loaded->config != nullptr) == is_old);
    CHECK(machine.accepted().has_value() == is_old);
  }
}

TEST_CASE(
    "loaded files: where nobody knows whether nginx reloaded, only equal versions are known") {
  Machine machine;
  machine.reload();
  CHECK(machine.accepted() == true);
  trust_other(machine);
  CHECK(machine.state(kBundle) == LoadState::kPending);
  machine.generation() = {.number = 3, .is_doubtful = true};
  machine.loaded_at(machine.now_ns() + 100 * kHalf);
  CHECK(machine.state(kConf) == LoadState::kLoaded);
  CHECK(machine.state(kBundle) == LoadState::kUnknown);
  CHECK(machine.accepted() == std::nullopt);
}

TEST_CASE("loaded files: a changed configuration waits, and the loaded one is judged") {
  Machine machine;
  machine.reload();
  CHECK(machine.accepted() == true);
  machine.host.conf(http(server("new.test", "return 444;", "80") + server("a.test", kVerifyOn)));
  CHECK(machine.state(kConf) == LoadState::kPending);
  CHECK(machine.accepted() == true);
  CHECK(machine.look().loaded->config->resolved.servers.size() == 1);
  trust_other(machine);
  CHECK(machine.state(kBundle) == LoadState::kPending);
  CHECK(machine.accepted() == true);
  machine.reload();
  machine.look();
  CHECK(machine.last->loaded->config->resolved.servers.size() == 2);
}

TEST_CASE("loaded files: sessions survive a revocation until nginx has loaded what ends that") {
  const std::string checks = std::string(kVerifyOn) +
                             "ssl_ocsp on; ssl_ocsp_responder http://127.0.0.1/; "
                             "ssl_session_cache shared:s:1m; ssl_session_timeout ";
  Machine machine(http_server(checks + "1h;"));
  machine.reload();
  const auto details = [&] {
    std::vector<std::string> all;
    for (const Finding& finding : machine.look().findings) {
      if (finding.kind == FindingKind::kResumptionOutlivesRevocation) all.push_back(finding.detail);
    }
    return all;
  };
  REQUIRE(details().size() == 1);
  CHECK_THAT(details()[0], Catch::Contains("for 3600 s after its last full handshake"));
  CHECK_THAT(details()[0], !Catch::Contains("not loaded"));

  machine.host.conf(http_server(checks + "5m;"));
  REQUIRE(details().size() == 2);
  CHECK_THAT(details()[0], Catch::Contains("for 3600 s") && Catch::Contains("shorten that") &&
                               Catch::Contains("has not loaded"));
  CHECK_THAT(details()[1], Catch::Contains("for 300 s") && !Catch::Contains("not loaded"));

  machine.host.conf(http_server(std::string(kVerifyOn) + "ssl_session_cache off;"));
  REQUIRE(details().size() == 1);
  CHECK_THAT(details()[0], Catch::Contains("for 3600 s") && Catch::Contains("end that"));
  machine.reload();
  CHECK(details().empty());

  // What only the files have is in force after the next reload.
  machine.host.conf(http_server(checks + "1h;"));
  REQUIRE(details().size() == 1);
  CHECK_THAT(details()[0], !Catch::Contains("not loaded"));
}

TEST_CASE(
    "loaded files: from 1.27.4 on nginx does not look into a file that seems the same (R5.5)") {
  for (const bool inherits : {true, false}) {
    for (const config::Version version : {config::Version{1, 27, 3}, config::Version{1, 27, 4}}) {
      CAPTURE(inherits, config::to_string(version));
      Machine machine(std::string(inherits ? "" : "ssl_object_cache_inheritable off;\n") +
                      http_server(kVerifyOn));
      if (!inherits && version.patch == 3) continue;  // an unknown directive
      machine.host.policy.build.version = version;
      machine.reload();
      CHECK(machine.accepted() == true);
      const std::int64_t at = machine.host.disk.stat(kBundle)->mtime_ns;
      machine.host.disk.rewrite(kBundle, minted().other_root.certificate_pem, at + 1);
      machine.reload();
      const LoadState expected = version.patch == 3 ? LoadState::kLoaded
                                 : inherits         ? LoadState::kPending
                                                    : LoadState::kUnknown;
      CHECK(machine.state(kBundle) == expected);
    }
  }
}

TEST_CASE(
    "loaded files: what nginx may have from a version that nobody knows is not known (R5.5)") {
  for (const config::Version version : {config::Version{1, 27, 3}, config::Version{1, 27, 4}}) {
    for (const bool is_later : {false, true}) {
      CAPTURE(config::to_string(version), is_later);
      Machine machine;
      machine.host.policy.build.version = version;
      const std::int64_t idle = machine.now_ns();
      trust_other(machine);  // while nginx reads
      const std::int64_t at = machine.host.disk.stat(kBundle)->mtime_ns;
      const std::int64_t started = machine.now_ns() + kHalf;
      machine.generation() = {.number = 2, .is_witnessed = true};
      machine.view().masters.front().load =
          running::LoadTime{.after_ns = idle, .before_ns = started};
      CHECK(machine.state(kBundle) == LoadState::kUnknown);
      const std::int64_t second = 2 * kHalf;
      machine.host.disk.rewrite(kBundle, minted().root.certificate_pem,
                                is_later ? started + second : at + 1);
      CHECK(machine.state(kBundle) != LoadState::kLoaded);
      for (int i = 0; i < 3; ++i) machine.now_ns();
      const bool is_certain = is_later || version.patch == 3;
      for (int reload = 0; reload < 3; ++reload) {
        machine.reload();
        CHECK(machine.state(kBundle) == (is_certain ? LoadState::kLoaded : LoadState::kUnknown));
      }
    }
  }
}

TEST_CASE("loaded files: while two masters serve nothing is said") {
  Machine machine;
  machine.reload();
  CHECK(machine.accepted() == true);
  running::Master upgraded = machine.view().masters.front();
  upgraded.process.pid = 8;
  upgraded.started = 2;
  machine.view().masters.push_back(upgraded);
  trust_other(machine);
  CHECK(machine.accepted() == std::nullopt);
  CHECK_FALSE(has(*machine.last, FindingKind::kReloadPending));
}

TEST_CASE("loaded files: a refused reload is a finding with nginx's reason until one succeeds") {
  Machine machine;
  machine.reload();
  CHECK_FALSE(has(machine.look(), FindingKind::kLastReloadRefused));
  machine.view().masters.front().refusal = "unknown directive \"x\"";
  machine.look();
  const auto& findings = machine.last->findings;
  const auto refused = std::ranges::find(findings, FindingKind::kLastReloadRefused, &Finding::kind);
  REQUIRE(refused != findings.end());
  CHECK_THAT(refused->detail, Catch::Contains("unknown directive \"x\""));
  machine.view().masters.front().refusal.clear();
  CHECK_FALSE(has(machine.look(), FindingKind::kLastReloadRefused));
}

TEST_CASE("loaded files: without an nginx on this configuration nothing is loaded") {
  Machine machine;
  machine.reload();
  machine.view().masters.front().build.conf = "/other/nginx.conf";
  CHECK(machine.look().loaded == nullptr);
  CHECK(machine.look(true).loaded == nullptr);
}

}  // namespace mtls::audit
