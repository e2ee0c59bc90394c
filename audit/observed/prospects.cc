#include "audit/observed/prospects.h"

#include <algorithm>
#include <utility>

#include "audit/loaded.h"

namespace mtls::audit::observed {
namespace {

using running::ObservedClient;
using running::ObservedServer;
using running::ObservedVisits;

// Of a store with more CAs, such as the public ones, only those that clients come by are listed.
constexpr std::size_t kMostCas = 16;
constexpr std::size_t kMostRefused = 10;
constexpr std::size_t kLabelDigits = 16;
// Of what time alone changes, but for the instants at which clients are refused.
constexpr std::chrono::seconds kFreshness{60};

struct Seen {
  std::size_t clients = 0;
  std::size_t refused = 0;
  std::vector<RefusedClient> last_refused;

  void add(const ObservedClient& client, const ObservedVisits& visits) {
    ++clients;
    if (visits.last_code == 0) return;
    ++refused;
    const auto place = std::ranges::upper_bound(last_refused, visits.last_seen, std::greater<>{},
                                                &RefusedClient::last_seen);
    if (place - last_refused.begin() == kMostRefused) return;
    last_refused.insert(place, {.fingerprint = client.fingerprint.substr(0, kLabelDigits),
                                .code = visits.last_code,
                                .last_seen = visits.last_seen});
    if (last_refused.size() > kMostRefused) last_refused.pop_back();
  }
};

std::map<ObservedServer, Seen> seen_of(const ClientTable& clients) {
  std::map<ObservedServer, Seen> seen;
  clients.for_each([&](const ObservedClient& client) {
    for (const ObservedVisits& visits : client.visits) seen[visits.at].add(client, visits);
  });
  return seen;
}

std::vector<CaState> listed(std::vector<CaState> states) {
  if (states.size() > kMostCas)
    std::erase_if(states, [](const CaState& one) { return one.stage != CaStage::kInUse; });
  return states;
}

bool is_same_stage(const CaState& one, const CaState& other) {
  return one.ca == other.ca && one.stage == other.stage &&
         one.is_safe_to_drop() == other.is_safe_to_drop() && one.is_public == other.is_public;
}

bool has_same_stages(const ServerClients& one, const ServerClients& other) {
  return one.id == other.id && std::ranges::equal(one.cas, other.cas, is_same_stage);
}

}  // namespace

Prospects::Look Prospects::look(const std::shared_ptr<const Snapshot>& snapshot, Observer& observer,
                                const Watch& watch, base::sys_seconds now, std::size_t most) {
  forecast_.follow(observer.clients().take_moves());
  const std::size_t judgements = forecast_.judgements();
  if (!forecast_.judge(snapshot, now, observer.clients(), most)) {
    version_.reset();
    return Look::kUnfinished;
  }
  if (judgements == forecast_.judgements() && snapshot_.lock() == snapshot &&
      version_ == observer.version() && now < changes_at_)
    return Look::kNothingNew;
  snapshot_ = snapshot;
  version_ = observer.version();
  outlooks_ = forecast_.outlooks(now);
  uses_ = ca_uses(observer.clients());
  find_clients(*snapshot, observer, watch, now);
  changes_at_ = now + kFreshness;
  for (const auto& [at, outlook] : outlooks_)
    if (outlook.next_lockout) changes_at_ = std::min(changes_at_, *outlook.next_lockout);
  return Look::kAnew;
}

void Prospects::find_clients(const Snapshot& snapshot, const Observer& observer, Watch watch,
                             base::sys_seconds now) {
  std::map<ObservedServer, Seen> seen = seen_of(observer.clients());
  const LoadedServers loaded(snapshot);
  clients_.clear();
  const config::ResolvedConfig& resolved = snapshot.config->resolved;
  for (std::size_t i = 0; i < resolved.servers.size(); ++i) {
    const config::ContextId& id = resolved.servers[i].id;
    const ObservedServer at{.server = id.server, .listen = id.listen};
    const auto counts = observer.servers().find(at);
    if (resolved.label_owner(i) != i || counts == observer.servers().end()) continue;
    watch.is_covered = counts->second.is_covered;
    Seen& here = seen[at];
    clients_.push_back(
        {.id = id,
         .clients = here.clients,
         .outlook = outlooks_[at],
         .cas = listed(ca_states(*snapshot.servers[i], loaded.of(id), uses_[at], watch, now)),
         .refused = here.refused,
         .last_refused = std::move(here.last_refused)});
  }
}

bool is_news(const ObservedTruth& now, const ObservedTruth& before) {
  return now.untruths != before.untruths ||
         !std::ranges::equal(now.clients, before.clients, has_same_stages);
}

}  // namespace mtls::audit::observed
