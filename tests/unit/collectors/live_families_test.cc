// The families of the running nginx.
#include <catch2/catch.hpp>

#include "audit/loaded.h"
#include "collectors/collect.h"
#include "tests/support/metrics_text.h"
#include "tests/unit/audit/audit_fixture.h"

namespace mtls::collectors {
namespace {

using namespace audit_fixture;
using testing::Labels;

running::Master master(const std::string& conf) {
  return {.process = {.pid = 7},
          .started = 1,
          .workers = {{.pid = 8, .started = 1}, {.pid = 9, .started = 1, .is_draining = true}},
          .build = {.conf = conf, .version = "1.22.1", .openssl = "3.0.19", .dialect = "nginx"},
          .generation = running::Generation{.number = 1},
          .load = running::LoadTime{.before_ns = 1'500'000'000}};
}

std::optional<double> value(const audit::Snapshot& snapshot, const std::string& name,
                            const Labels& labels = {}) {
  const auto samples = testing::parse_metrics(render(collect(snapshot, {}).families));
  const auto found = testing::find(samples, "nginx_mtls_" + name, labels);
  return found.empty() ? std::nullopt : std::optional(found.front().value);
}

audit::Snapshot with(running::ProcessView view) {
  Host host;
  audit::Snapshot snapshot = *host.scratch();
  snapshot.processes = std::make_shared<const running::ProcessView>(std::move(view));
  return snapshot;
}

}  // namespace

TEST_CASE("live families: the master of this configuration speaks, others are named") {
  const audit::Snapshot snapshot = with({.masters = {master("/other"), master(kConf)}});
  CHECK(value(snapshot, "nginx_running") == 1);
  CHECK(value(snapshot, "nginx_config_load_timestamp_seconds") == 1.5);
  CHECK(value(snapshot, "nginx_shutting_down_workers") == 1);
  for (const std::string& conf : {std::string("/other"), std::string(kConf)}) {
    CHECK(
        value(
            snapshot, "nginx_info",
            {{"conf", conf}, {"version", "1.22.1"}, {"openssl", "3.0.19"}, {"dialect", "nginx"}}) ==
        1);
  }
}

TEST_CASE("live families: none runs, nobody can see, and it is in doubt since when") {
  const audit::Snapshot other = with({.masters = {master("/other")}});
  CHECK(value(other, "nginx_running") == 0);
  CHECK_FALSE(value(other, "nginx_shutting_down_workers"));
  CHECK_FALSE(value(other, "nginx_config_load_timestamp_seconds"));
  CHECK_FALSE(value(with({.is_visible = false}), "nginx_running"));
  CHECK_FALSE(value(*Host().scratch(), "nginx_running"));
  running::Master doubtful = master(kConf);
  doubtful.generation->is_doubtful = true;
  CHECK_FALSE(value(with({.masters = {doubtful}}), "nginx_config_load_timestamp_seconds"));
}

TEST_CASE("live families: what waits is 1, what does not 0, and what nobody knows has no series") {
  audit::Snapshot snapshot = with({.masters = {master(kConf)}});
  audit::Loaded loaded;
  audit::LoadedFiles files;
  for (const char* path : {kConf, kBundle, kServerPem}) files[path] = {};
  files["/etc/*.conf"] = {.kind = audit::LoadedFile::Kind::kPattern};
  loaded.files = std::make_shared<const audit::LoadedFiles>(files);
  loaded.others = {{kBundle, audit::LoadState::kPending}, {kServerPem, audit::LoadState::kUnknown}};
  snapshot.loaded = std::make_shared<const audit::Loaded>(loaded);
  CHECK(value(snapshot, "reload_pending", {{"path", kConf}}) == 0);
  CHECK(value(snapshot, "reload_pending", {{"path", kBundle}}) == 1);
  CHECK_FALSE(value(snapshot, "reload_pending", {{"path", kServerPem}}));
  CHECK_FALSE(value(snapshot, "reload_pending", {{"path", "/etc/*.conf"}}));
  loaded.is_mixed = true;
  snapshot.loaded = std::make_shared<const audit::Loaded>(loaded);
  CHECK_FALSE(value(snapshot, "reload_pending"));
}

TEST_CASE("live families: text kept from one Snapshot to the next is that from scratch") {
  Host host;
  host.canary(minted().client.certificate_pem);
  running::ProcessView view{.masters = {master(kConf)}};
  view.masters.front().load = running::LoadTime{.before_ns = std::int64_t{1} << 62U};
  std::shared_ptr<const audit::Snapshot> last;
  Collector collector;
  const auto step = [&] {
    audit::Changes changes = last ? host.differences(*last) : audit::Changes{};
    last = audit::build({.policy = host.policy,
                         .disk = host.disk,
                         .now = kT0,
                         .previous = last,
                         .changes = changes,
                         .processes = std::make_shared<const running::ProcessView>(view),
                         .changed_at = [](const std::string&) {
                           return std::optional(audit::PathTimes{.changed_ns = 1});
                         }});
    FamilyTexts kept = collector.collect(last, {}).families;
    CHECK(render(kept) == render(collect(*last, {}).families));
  };
  step();
  const Labels loaded{{"mode", "loaded"}};
  CHECK(value(*last, "canary_accepted", loaded) == 1);
  constexpr const char* kLockout = "canary_lockout_timestamp_seconds";
  CHECK_FALSE(value(*last, kLockout, loaded));  // as on the disk
  host.disk.put(kBundle, minted().other_root.certificate_pem);
  step();
  CHECK(value(*last, "canary_accepted", loaded) == 1);
  CHECK(value(*last, "canary_accepted", {{"mode", "predicted"}}) == 0);
  CHECK(value(*last, "reload_pending", {{"path", kBundle}}) == 1);
  CHECK(value(*last, kLockout, loaded));
  host.disk.put(kBundle, minted().root.certificate_pem);
  step();
  CHECK_FALSE(value(*last, kLockout, loaded));
  ++view.masters.front().generation->number;
  step();
  view.masters.clear();
  step();
  CHECK_FALSE(value(*last, "canary_accepted", loaded));
}

TEST_CASE("live families: which client CAs nginx has loaded, and by which nobody comes") {
  Host host;
  audit::Snapshot snapshot = *host.scratch();
  const auto& ca = snapshot.servers.at(0)->store.members.at(0).certificate.facts();
  const auto state = [&](const char* word) {
    return value(snapshot, "ca_rotation_state",
                 {{"server", "a.test"}, {"fingerprint", ca.fingerprint.label()}, {"state", word}});
  };
  CHECK_FALSE(state("loaded"));
  CHECK_FALSE(state("unused"));
  const auto observed = [&](audit::CaStage stage) {
    snapshot.observed_truth = std::make_shared<const audit::ObservedTruth>(
        audit::ObservedTruth{.untruths = {},
                             .clients = {{.id = snapshot.config->resolved.servers.at(0).id,
                                          .cas = {{.ca = ca.key.label(), .stage = stage}}}}});
  };
  observed(audit::CaStage::kUnused);
  CHECK(state("unused") == 1);
  CHECK_FALSE(state("loaded"));
  observed(audit::CaStage::kInUse);
  CHECK(state("unused") == 0);
  snapshot.loaded = std::make_shared<const audit::Loaded>(
      audit::Loaded{.config = snapshot.config, .has_servers = true});
  CHECK(state("loaded") == 1);
  auto other = std::make_shared<audit::ServerAudit>(*snapshot.servers.at(0));
  other->store.members.clear();
  snapshot.loaded = std::make_shared<const audit::Loaded>(
      audit::Loaded{.config = snapshot.config, .servers = {other}, .has_servers = true});
  CHECK(state("loaded") == 0);
}

}  // namespace mtls::collectors
