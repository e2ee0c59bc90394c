#include "audit/client_verdict.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <string>
#include <utility>

#include "pki/nginx_variables.h"

namespace mtls::audit {
namespace {

using config::VerifyClient;

// The certificate check of one chain, at any instant.
struct Trial {
  const ClientCheck& check;
  const std::vector<pki::Certificate>& chain;
  pki::VerifyPolicy policy;

  pki::ChainVerdict at(base::sys_seconds instant) const {
    return check.store.verify(chain, policy, instant);
  }
};

// Verdict::depth_needed of a client that the trial refuses with `code` at `now`. A depth that
// suffices does so for all larger ones.
std::optional<int> depth_needed(const Trial& trial, int code, base::sys_seconds now) {
  // UNABLE_TO_GET_ISSUER_CERT, _LOCALLY, UNABLE_TO_VERIFY_LEAF_SIGNATURE, CERT_CHAIN_TOO_LONG
  constexpr std::array kNoIssuerFound{2, 20, 21, 22};
  if (std::ranges::find(kNoIssuerFound, code) == kNoIssuerFound.end()) return std::nullopt;
  const auto suffices = [&](int depth) {
    pki::VerifyPolicy policy = trial.policy;
    policy.depth = depth;
    return trial.check.store.verify(trial.chain, policy, now).code == 0;
  };
  constexpr int kEnough = 100;  // OpenSSL's own limit
  int too_small = trial.policy.depth;
  if (too_small >= kEnough || !suffices(kEnough)) return std::nullopt;
  int enough = kEnough;
  while (enough - too_small > 1) {
    const int middle = std::midpoint(too_small, enough);
    (suffices(middle) ? enough : too_small) = middle;
  }
  return enough;
}

std::string verify_text(const pki::ChainVerdict& said) {
  return said.code == 0 ? "SUCCESS" : "FAILED:" + said.reason;
}

// The guards' answers to one client, by $ssl_client_verify.
class Guards {
 public:
  Guards(const ClientCheck& check, const Canary& canary, const std::vector<pki::Certificate>& chain)
      : check_(check), canary_(canary) {
    if (chain.empty()) return;
    const pki::Certificate& leaf = chain.front();
    const auto& end = leaf.facts().validity.not_after;
    const bool counts = end && check.fates.counts_days(check.index);
    variables_.values =
        pki::nginx_variables(leaf, counts ? check.evidence.clock.now_counting_days_to(*end)
                                          : check.evidence.clock.now_for(chain));
  }

  const config::ClientFate& of(const std::string& verify, bool passes) {
    const auto [entry, is_new] = known_.try_emplace({verify, passes});
    if (!is_new) return entry->second;
    config::ClientVariables client = variables_;
    client.verify = verify;
    if (verify == "NONE") client.values.clear();
    entry->second =
        check_.fates.of(check_.index, {.client = client, .passes = passes, .paths = canary_.paths});
    return entry->second;
  }

  /// Let in by the guards, and to all the paths that the settings name.
  bool let_in(const std::string& verify) {
    const config::ClientFate& fate = of(verify, true);
    return fate.is_let_in && std::ranges::none_of(fate.paths, [](const auto& one) {
             return one.second == config::Served::kNowhere;
           });
  }

 private:
  const ClientCheck& check_;
  const Canary& canary_;
  config::ClientVariables variables_;
  std::map<std::pair<std::string, bool>, config::ClientFate> known_;
};

bool accepts(const Trial& trial, Guards& guards, const pki::ChainVerdict& said) {
  return lets_through(trial.check.server.verify_client.value, said.code) &&
         guards.let_in(verify_text(said));
}

// Sets accepted_until, or says that it is not known. `said`: what holds at `now`, an acceptance.
void find_refusal(const Trial& trial, Guards& guards, base::sys_seconds now, pki::ChainVerdict said,
                  Verdict& verdict) {
  // OpenSSL looks at every certificate of a name: past this many looks the store was made to hurt.
  constexpr std::size_t kMaxLooks = 300'000;
  const pki::TrustStore::Horizon horizon = trial.check.store.horizon(trial.chain, now);
  std::size_t looks = 0;
  base::sys_seconds at = now;
  while (accepts(trial, guards, said)) {
    const auto next = std::upper_bound(horizon.instants.begin(), horizon.instants.end(), at);
    std::optional<base::sys_seconds> change;
    if (said.chain_ends && *said.chain_ends > at) change = said.chain_ends;
    if (next != horizon.instants.end() && (!change || *next < *change)) change = *next;
    if (!change) return;
    looks += horizon.certificates;
    verdict.until_is_unknown = looks > kMaxLooks;
    if (verdict.until_is_unknown) return;
    at = *change;
    said = trial.at(at);
  }
  verdict.accepted_until = at;
}

void note_fate(const config::ClientFate& fate, Verdict& verdict) {
  verdict.served = fate.served;
  verdict.refused_by = fate.refused_by;
  verdict.http_status = fate.http_status;
  verdict.undecidable = fate.doubt;
  for (const auto& [path, served] : fate.paths) {
    if (served == config::Served::kNowhere) verdict.refused_paths.push_back(path);
  }
}

}  // namespace

Verdict verdict_of(const Canary& canary, const std::vector<pki::Certificate>& chain,
                   const ClientCheck& check) {
  Verdict verdict;
  verdict.canary = canary.name;
  verdict.expect = canary.expect;
  verdict.client_verify = "NONE";
  const VerifyClient mode = check.server.verify_client.value;
  if (check.content.demanded && chain.empty()) return verdict;  // the handshake fails
  Guards guards(check, canary, chain);
  if (!check.content.requested || chain.empty()) {
    // It has none, or the default server asks nobody for it (R3.43).
    const bool passes = mode != VerifyClient::kOn;  // R3.30
    note_fate(guards.of("NONE", passes), verdict);
    verdict.accepted = passes && guards.let_in("NONE");
    return verdict;
  }
  const Trial trial{.check = check,
                    .chain = chain,
                    .policy = {.depth = check.owner.verify_depth.value,
                               .security_level = check.owner.security_level().value_or(
                                   trust::kDefaultSecurityLevel),
                               .purpose = pki::Purpose::kClient}};
  const base::sys_seconds now = check.evidence.clock.now_for(chain);
  const pki::ChainVerdict said = trial.at(now);
  verdict.code = said.code;
  verdict.client_verify = verify_text(said);
  verdict.depth_needed = depth_needed(trial, said.code, now);
  note_fate(guards.of(verdict.client_verify, lets_through(mode, said.code)), verdict);
  verdict.accepted = accepts(trial, guards, said);
  if (verdict.accepted) find_refusal(trial, guards, now, said, verdict);
  return verdict;
}

}  // namespace mtls::audit
