#include "daemon/commands/observed_state.h"

#include <algorithm>
#include <map>

#include "audit/observed/client_judge.h"
#include "daemon/settings/policy_source.h"
#include "pki/clients/stand_in.h"

namespace mtls::daemon::commands {
namespace {

using running::ObservedClient;
using running::ObservedServer;

// The clients of each server block where they were seen.
std::map<ObservedServer, std::vector<const ObservedClient*>> by_server(
    const std::vector<ObservedClient>& clients) {
  std::map<ObservedServer, std::vector<const ObservedClient*>> seen;
  for (const ObservedClient& client : clients) {
    for (const running::ObservedVisits& visits : client.visits) seen[visits.at].push_back(&client);
  }
  return seen;
}

}  // namespace

base::Result<observed::ClientStore> open_observed(const settings::Options& options,
                                                  base::FileSystem& disk) {
  std::string path = options.clients.state;
  if (path.empty()) {
    const auto settings = settings::read_settings(options, disk);
    if (!settings) return tl::unexpected(settings.error());
    path = settings->observer.value_or(settings::ObserverSettings{}).state;
  }
  auto store = observed::ClientStore::open_existing(path);
  if (store || store.error().code == base::ErrorCode::kUnreadable) return store;
  return base::fail(base::ErrorCode::kInvalidArgument, store.error().message);
}

void add_observed(const std::vector<ObservedClient>& clients, const reports::Assessment& before,
                  const reports::Assessment& now, reports::Comparison& comparison) {
  audit::observed::JudgedHost host_before(before.snapshot, before.snapshot.evaluated_at);
  audit::observed::JudgedHost host_now(now.snapshot, now.snapshot.evaluated_at);
  pki::clients::StandIns stand_ins;
  for (const auto& [at, seen] : by_server(clients)) {
    const auto earlier = host_before.block_of(at);
    const auto index = host_now.block_of(at);
    if (!earlier || !index) continue;
    const std::string id = reports::id_text(now.resolved().servers[*index].id);
    if (!reports::has_its_files(before, *earlier) || !reports::has_its_files(now, *index)) {
      auto& list = comparison.not_comparable;
      if (std::ranges::find(list, id) == list.end()) list.push_back(id);
      continue;
    }
    audit::observed::BlockJudge judge_before(host_before, stand_ins, *earlier);
    audit::observed::BlockJudge judge_now(host_now, stand_ins, *index);
    for (const ObservedClient* client : seen) {
      const auto was = judge_before.fate_of(*client);
      const auto is = judge_now.fate_of(*client);
      if (!was || !is) continue;
      reports::add_client(
          comparison,
          {.client = is->verdict.canary, .server = id, .before = was->verdict, .now = is->verdict});
    }
  }
}

}  // namespace mtls::daemon::commands
