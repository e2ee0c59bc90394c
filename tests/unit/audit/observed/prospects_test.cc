#include "audit/observed/prospects.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/unit/audit/observed/watched.h"

namespace mtls::audit {
namespace {

using namespace audit_fixture;  // NOLINT(google-build-using-namespace)
using observed::Prospects;
using std::chrono::seconds;

const running::ObservedServer kAt{.server = "a.test", .listen = "0.0.0.0:443"};
constexpr base::sys_seconds kLater = kT0 + seconds{200};

/// Two CAs, and what lies ahead of their clients.
struct Ahead {
  Watched watched;
  Prospects prospects;
  std::shared_ptr<const Snapshot> snapshot;
  base::sys_seconds since = kT0 - days{60};

  Ahead() {
    watched.host.conf(
        http_server(std::string(kVerifyOn) + " ssl_session_cache off; ssl_session_tickets off;"));
    watched.host.disk.put(kBundle,
                          minted().root.certificate_pem + minted().other_root.certificate_pem);
    publish(watched.host.scratch());
  }

  void publish(std::shared_ptr<const Snapshot> next) {
    snapshot = std::move(next);
    watched.observer.follow(snapshot, Instant{kT0});
  }

  Prospects::Look look(base::sys_seconds now = kLater, std::size_t most = 100) {
    return prospects.look(
        snapshot, watched.observer,
        {.since = since, .window = days{30}, .is_covered = false, .oldest_worker = kT0}, now, most);
  }

  const ServerClients& clients() const { return prospects.clients().at(0); }
  CaState ca(const Minted& of) const {
    const auto& cas = clients().cas;
    const auto found = std::ranges::find(cas, key_of(of), &CaState::ca);
    return found != cas.end() ? *found : CaState{};
  }

  /// The evaluation that is told of them.
  std::shared_ptr<const Snapshot> evaluated() {
    return audit::build({.policy = watched.host.policy,
                         .disk = watched.host.disk,
                         .now = kLater,
                         .previous = nullptr,
                         .changes = {},
                         .observed_truth = std::make_shared<const ObservedTruth>(
                             ObservedTruth{.untruths = {}, .clients = prospects.clients()})});
  }
};

}  // namespace

TEST_CASE("prospects: clients and their CAs are followed, and nothing new costs nothing") {
  Ahead ahead;
  CHECK(ahead.look() == Prospects::Look::kAnew);
  REQUIRE(ahead.prospects.clients().size() == 1);
  CHECK(ahead.clients().clients == 0);
  CHECK(ahead.prospects.outlooks().at(kAt) == Outlook{});
  ahead.watched.observer.take(line({.own = &minted().client}));
  CHECK(ahead.look(kLater, 0) == Prospects::Look::kUnfinished);
  CHECK(ahead.clients().clients == 0);
  CHECK(ahead.look() == Prospects::Look::kAnew);
  CHECK(ahead.look() == Prospects::Look::kNothingNew);
  CHECK(ahead.clients().clients == 1);
  const Outlook& outlook = ahead.clients().outlook;
  CHECK(outlook.accepted == 1);
  REQUIRE(outlook.next_lockout);
  CHECK(ahead.prospects.uses().at(kAt).at(key_of(minted().root)).clients == 1);
  CHECK(ahead.ca(minted().root).stage == CaStage::kInUse);
  // At the instant itself the client is refused.
  const base::sys_seconds end = *outlook.next_lockout;
  CHECK(ahead.look(end - seconds{1}) == Prospects::Look::kAnew);  // counts grow old
  CHECK(ahead.clients().outlook.accepted == 1);
  CHECK(ahead.look(end) == Prospects::Look::kAnew);
  CHECK(ahead.clients().outlook.accepted == 0);
  CHECK(ahead.clients().outlook.refused == 1);
}

TEST_CASE("prospects: who was refused is named by fingerprint, the last first") {
  Ahead ahead;
  ahead.watched.observer.take(
      line({.verify = "FAILED:certificate revoked", .own = &minted().client, .second = 100}));
  ahead.watched.observer.take(line(
      {.verify = "FAILED:certificate has expired", .own = &minted().other_client, .second = 110}));
  ahead.look();
  CHECK(ahead.clients().refused == 2);
  const auto& refused = ahead.clients().last_refused;
  REQUIRE(refused.size() == 2);
  CHECK(refused[0].code == 10);
  CHECK(refused[1].code == 23);
  CHECK(refused[0].fingerprint.size() == 16);
}

TEST_CASE("prospects: an unused CA and clients of a public one are findings") {
  Ahead ahead;
  ahead.watched.observer.take(line({.own = &minted().client}));
  ahead.look();
  CHECK(ahead.ca(minted().other_root).stage == CaStage::kLoaded);  // the snippet is not there
  CHECK_FALSE(has(*ahead.evaluated(), FindingKind::kCaUnused));
  const std::string covered = std::string(kVerifyOn) +
                              " ssl_session_cache off; ssl_session_tickets off; access_log "
                              "syslog:server=unix:" +
                              kSocket + " mtls_observer;";
  ahead.watched.host.conf(
      "events { } http { log_format mtls_observer escape=json '{}'; server { "
      "listen 443 ssl; server_name a.test; " +
      covered + " location / { return 200; } } }");
  ahead.publish(ahead.watched.host.scratch());
  ahead.look();
  CHECK(ahead.ca(minted().other_root).why_kept.empty());
  CHECK(ahead.ca(minted().other_root).stage == CaStage::kUnused);
  CHECK(ahead.ca(minted().root).stage == CaStage::kInUse);
  const auto evaluated = ahead.evaluated();
  CHECK(has(*evaluated, FindingKind::kCaUnused));
  CHECK_FALSE(has(*evaluated, FindingKind::kClientCertificatesOfPublicCa));
  for (const Finding& finding : findings_of(*evaluated)) {
    if (finding.kind != FindingKind::kCaUnused) continue;
    CHECK(finding.path == kBundle);
    CHECK(finding.at);
    CHECK(finding.detail.find("CN=") != std::string::npos);
  }
  // A line that was lost may have been of a client of it.
  ahead.watched.observer.reject(LineFault::kTooLong);
  ahead.watched.observer.settle(Instant{kLater});
  CHECK(ahead.watched.observer.complete_since() == kLater);
  ahead.since = ahead.watched.observer.complete_since();
  ahead.look();
  CHECK(ahead.ca(minted().other_root).stage == CaStage::kLoaded);
}

TEST_CASE("prospects: only more than counts is news") {
  ObservedTruth before;
  before.clients.resize(1);
  before.clients[0].cas = {{.ca = "a"}, {.ca = "b"}};
  before.clients[0].cas[0].stage = CaStage::kInUse;
  before.clients[0].cas[0].why_kept = "1 client comes by it";
  ObservedTruth now = before;
  now.clients[0].clients = 2;
  now.clients[0].cas[0].use.clients = 2;
  now.clients[0].cas[0].why_kept = "2 clients come by it";
  CHECK_FALSE(observed::is_news(now, before));
  now.clients[0].cas[1].stage = CaStage::kUnused;
  CHECK(observed::is_news(now, before));
  now = before;
  now.clients.clear();
  CHECK(observed::is_news(now, before));
  now = before;
  now.untruths.push_back({});
  CHECK(observed::is_news(now, before));
}

}  // namespace mtls::audit
