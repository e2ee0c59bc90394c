#include "audit/observed/rotation.h"

#include "tests/unit/audit/observed/observed_fixture.h"

namespace mtls::audit {
namespace {

using namespace audit_fixture;  // NOLINT(google-build-using-namespace)
using observed::Watch;

const running::ObservedServer kAt{.server = "a.test", .listen = "0.0.0.0:443"};

Watch whole_watch() {
  return {.since = kT0 - days{60},
          .window = days{30},
          .is_covered = true,
          .oldest_worker = kT0 - days{2}};
}

std::map<std::string, CaState> states_of(Host& host,
                                         const std::vector<running::ObservedClient>& clients,
                                         const Watch& watch) {
  std::map<std::string, CaState> states;
  observed::ClientTable table({});
  table.load(clients);
  observed::CaUses uses = observed::ca_uses(table);
  const auto snapshot = host.scratch();
  for (CaState& state :
       observed::ca_states(*snapshot->servers.at(0), nullptr, uses[kAt], watch, kT0))
    states.emplace(state.ca, state);
  return states;
}

}  // namespace

TEST_CASE("rotation: a CA is unused only after a whole window that nothing escaped") {
  const Pki& pki = minted();
  const std::string old_ca = key_of(pki.root);
  const std::string new_ca = key_of(pki.other_root);
  Host host;
  host.conf(
      http_server(std::string(kVerifyOn) + " ssl_session_cache off; ssl_session_tickets off;"));
  host.disk.put(kBundle, pki.root.certificate_pem + pki.other_root.certificate_pem);
  std::vector<running::ObservedClient> clients{kept_of(pki.other_client, new_ca, false)};
  const auto of_old = [&](const Watch& watch) {
    return states_of(host, clients, watch).at(old_ca);
  };
  CHECK(of_old(whole_watch()).stage == CaStage::kUnused);
  CHECK(of_old(whole_watch()).is_safe_to_drop());
  const CaState used = states_of(host, clients, whole_watch()).at(new_ca);
  CHECK(used.stage == CaStage::kInUse);
  CHECK_FALSE(used.is_safe_to_drop());
  CHECK(used.use.clients == 1);
  CHECK_THAT(used.why_kept, Catch::StartsWith("1 client comes by it; the last certificate ends "));

  struct Row {
    const char* says;
    void (*spoil)(Watch&);
  };
  for (const Row& row : std::vector<Row>{
           {"is observed", [](Watch& watch) { watch.is_covered = false; }},
           {"needs level warn", [](Watch& watch) { watch.tells_losses = false; }},
           {"no whole window of 30 days", [](Watch& watch) { watch.since = kT0 - days{29}; }},
           {"since when nginx's workers run", [](Watch& watch) { watch.oldest_worker.reset(); }},
           {"reload nginx", [](Watch& watch) { watch.oldest_worker = kT0 - days{31}; }},
       }) {
    Watch watch = whole_watch();
    row.spoil(watch);
    CAPTURE(row.says);
    CHECK(of_old(watch).stage == CaStage::kLoaded);
    CHECK_FALSE(of_old(watch).is_safe_to_drop());
    CHECK_THAT(of_old(watch).why_kept, Catch::Contains(row.says));
  }
  // A refused client uses nothing; an accepted one of the window does, and an earlier one does not.
  clients.push_back(kept_of(pki.client, old_ca, false));
  CHECK(of_old(whole_watch()).stage == CaStage::kInUse);
  clients.back().visits[0].last_code = 10;
  CHECK(of_old(whole_watch()).stage == CaStage::kUnused);
  clients.back().visits[0].last_code = 0;
  clients.back().visits[0].last_seen = kT0 - days{31};
  CHECK(of_old(whole_watch()).stage == CaStage::kUnused);
}

TEST_CASE("rotation: a root stays as long as clients come by a CA below it") {
  const Pki& pki = minted();
  Host host;
  host.conf(
      http_server(std::string(kVerifyOn) + " ssl_session_cache off; ssl_session_tickets off;"));
  host.disk.put(kBundle, pki.root.certificate_pem + pki.intermediate.certificate_pem);
  const auto states =
      states_of(host, {kept_of(pki.deep_client, key_of(pki.intermediate), false)}, whole_watch());
  CHECK(states.at(key_of(pki.root)).stage == CaStage::kLoaded);
  CHECK(states.at(key_of(pki.root)).why_kept == "a CA that it issued is in use");
  CHECK(states.at(key_of(pki.intermediate)).stage == CaStage::kInUse);
}

}  // namespace mtls::audit
