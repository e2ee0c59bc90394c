// What an earlier process knew of what nginx has loaded: when it still holds.
#include "audit/loaded/recall.h"

#include <catch2/catch.hpp>

#include <vector>

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit::loaded {
namespace {

using namespace audit_fixture;

using Workers = std::vector<running::Worker>;

running::Master master(const Workers& workers) {
  running::Master master{.process = {.pid = 7}, .started = 100, .build = {.conf = kConf}};
  master.workers = workers;
  master.generation = running::Generation{.number = 1};
  master.load = running::LoadTime{.before_ns = 0};
  return master;
}

Remembered remembered() {
  return {.conf = kConf,
          .master = 7,
          .master_started = 100,
          .workers = {{.pid = 8, .started = 101}, {.pid = 9, .started = 101}}};
}

const Workers kBoth{{.pid = 8, .started = 101}, {.pid = 9, .started = 101}};

}  // namespace

TEST_CASE("recall: it holds while a worker of that generation serves") {
  struct Row {
    const char* what;
    Workers workers;
    Recall expected;
  };
  for (const Row& row : std::vector<Row>{
           {"the same workers", kBoth, Recall::kSame},
           {"one crashed", {{.pid = 8, .started = 101}}, Recall::kSame},
           {"one took its place",
            {{.pid = 8, .started = 101}, {.pid = 10, .started = 200}},
            Recall::kSame},
           {"others beside them",
            {{.pid = 8, .started = 101}, {.pid = 9, .started = 101}, {.pid = 10, .started = 200}},
            Recall::kDoubtful},
           {"all are others",
            {{.pid = 10, .started = 200}, {.pid = 11, .started = 200}},
            Recall::kDoubtful},
           {"the same numbers of other processes", {{.pid = 8, .started = 200}}, Recall::kDoubtful},
           {"they shut down",
            {{.pid = 8, .started = 101, .is_draining = true}, {.pid = 10, .started = 200}},
            Recall::kNothing},
           {"none", {}, Recall::kDoubtful},
       }) {
    CAPTURE(row.what);
    const Remembered known = remembered();
    CHECK(recall(&known, master(row.workers)) == row.expected);
  }
}

TEST_CASE("recall: of another master or another configuration nothing holds") {
  CHECK(recall(nullptr, master(kBoth)) == Recall::kNothing);
  Remembered other = remembered();
  other.master = 6;
  CHECK(recall(&other, master(kBoth)) == Recall::kNothing);
  other = remembered();
  other.master_started = 99;
  CHECK(recall(&other, master(kBoth)) == Recall::kNothing);
  other = remembered();
  other.conf = "/other.conf";
  CHECK(recall(&other, master(kBoth)) == Recall::kNothing);
}

namespace {

constexpr std::int64_t kLate = 3'600'000'000'000;

/// A process that starts while nginx runs, with what the process before knew.
class Restart {
 public:
  Restart() {
    host.conf(http_server(kVerifyOn));
    host.canary(minted().client.certificate_pem);
    known = remembered();
    for (const char* path : {kConf, kBundle, kServerPem, kServerKey})
      known.files.emplace(path, Remembered::File{.kind = kind_of(path), .stamp = stamp(path)});
    old_bundle = std::string(host.disk.read(kBundle, 1U << 20U)->text());
    known.files.at(kBundle).content = pki::parse_material(old_bundle).content.hex();
    known.bytes = [this](const std::string& content) -> std::optional<std::string> {
      if (!keeps_bytes || content != known.files.at(kBundle).content) return std::nullopt;
      return old_bundle;
    };
  }

  /// With these workers; all files are older than nginx's last load, if that is what times tell.
  std::shared_ptr<const Snapshot> look(const Workers& workers, std::int64_t load_ns) {
    running::ProcessView view;
    view.masters = {master(workers)};
    view.masters.front().load = running::LoadTime{.before_ns = load_ns};
    return build({.policy = host.policy,
                  .disk = host.disk,
                  .now = kT0,
                  .previous = nullptr,
                  .changes = {},
                  .processes = std::make_shared<const running::ProcessView>(view),
                  .changed_at = [this](const std::string& path) -> std::optional<PathTimes> {
                    const auto now = host.disk.stat(path);
                    if (!now) return std::nullopt;
                    return PathTimes{.changed_ns = now->ctime_ns};
                  },
                  .remembered = std::make_shared<const Remembered>(known)});
  }

  base::FileStamp stamp(const char* path) { return *host.disk.stat(path); }

  Host host;
  Remembered known;
  std::string old_bundle;
  bool keeps_bytes = true;

 private:
  static LoadedFile::Kind kind_of(const std::string& path) {
    if (path == kConf) return LoadedFile::Kind::kConfiguration;
    return path == kServerKey ? LoadedFile::Kind::kSide : LoadedFile::Kind::kMaterial;
  }
};

std::optional<bool> accepted(const Snapshot& snapshot) {
  const ServerAudit* server = snapshot.loaded ? snapshot.loaded->server(snapshot, 0) : nullptr;
  if (server == nullptr) return std::nullopt;
  return server->verdicts.at(0).accepted;
}

}  // namespace

TEST_CASE("recall: a bundle that was replaced waits over our restart, and the loaded one judges") {
  Restart restart;
  restart.host.disk.put(kBundle, minted().other_root.certificate_pem);
  const auto snapshot = restart.look(kBoth, kLate);  // the times alone would say: loaded
  REQUIRE(snapshot->loaded);
  CHECK(snapshot->loaded->state(kBundle) == LoadState::kPending);
  CHECK(snapshot->loaded->state(kConf) == LoadState::kLoaded);
  CHECK(snapshot->loaded->state(kServerKey) == LoadState::kLoaded);
  CHECK(accepted(*snapshot) == true);
  CHECK_FALSE(snapshot->servers.at(0)->verdicts.at(0).accepted);
}

TEST_CASE("recall: without the old content the verdict is not known, but that it waits is") {
  Restart restart;
  restart.host.disk.put(kBundle, minted().other_root.certificate_pem);
  restart.keeps_bytes = false;
  const auto snapshot = restart.look(kBoth, kLate);
  CHECK(snapshot->loaded->state(kBundle) == LoadState::kPending);
  CHECK(accepted(*snapshot) == std::nullopt);
}

TEST_CASE("recall: content that is not what it says does not count") {
  Restart restart;
  restart.host.disk.put(kBundle, minted().other_root.certificate_pem);
  restart.old_bundle += "\n";
  CHECK(accepted(*restart.look(kBoth, kLate)) == std::nullopt);
}

TEST_CASE("recall: after a reload or crashes nobody saw, a file that differs is not known") {
  Restart restart;
  restart.host.disk.put(kBundle, minted().other_root.certificate_pem);
  const auto snapshot = restart.look({{.pid = 20, .started = 900}}, kLate);
  CHECK(snapshot->loaded->state(kBundle) == LoadState::kUnknown);
  CHECK(snapshot->loaded->state(kServerPem) == LoadState::kLoaded);
  CHECK(accepted(*snapshot) == std::nullopt);
}

TEST_CASE("recall: where workers shut down, a reload is certain and the times tell") {
  Restart restart;
  restart.host.disk.put(kBundle, minted().other_root.certificate_pem);
  const auto snapshot = restart.look(
      {{.pid = 8, .started = 101, .is_draining = true}, {.pid = 20, .started = 900}}, kLate);
  CHECK(snapshot->loaded->state(kBundle) == LoadState::kLoaded);
  CHECK(accepted(*snapshot) == false);
}

}  // namespace mtls::audit::loaded
