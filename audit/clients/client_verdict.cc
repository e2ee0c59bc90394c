#include "audit/clients/client_verdict.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <string>
#include <utility>

#include "audit/clients/negotiation.h"
#include "audit/clients/unjudged.h"
#include "base/text.h"
#include "pki/nginx_variables.h"

namespace mtls::audit::clients {
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
  constexpr int kEnough = 10;            // no PKI in use has that many intermediates
  constexpr std::size_t kMostSent = 12;  // so many, the leaf and the root
  const bool may_be_depth = std::ranges::find(kNoIssuerFound, code) != kNoIssuerFound.end();
  const std::size_t sent = trial.chain.size();
  int too_small = trial.policy.depth;
  if (!may_be_depth || sent < 2 || sent > kMostSent || too_small >= kEnough) return std::nullopt;
  const auto suffices = [&](int depth) {
    pki::VerifyPolicy policy = trial.policy;
    policy.depth = depth;
    return trial.check.store.verify(trial.chain, policy, now).code == 0;
  };
  if (!suffices(kEnough)) return std::nullopt;
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
    const bool counts = end && check.fates.mentions(check.index, "ssl_client_v_remain");
    variables_.values =
        pki::nginx_variables(leaf, counts ? check.evidence.clock.now_counting_days_to(*end)
                                          : check.evidence.clock.now_for(chain));
  }

  const config::ClientFate& of(const std::string& verify, bool passes) {
    const auto [entry, is_new] = known_.try_emplace({verify, passes});
    if (!is_new) return entry->second;
    if (passes && verify != "NONE" && reads_what_is_unknown()) {
      entry->second.served = config::Served::kUnknown;
      entry->second.doubt =
          "a guard here may read the client's name or certificate, and only facts of it are kept "
          "(observer.remember: subjects keeps the certificates)";
      return entry->second;
    }
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
  // Of a stand-in, issuer, serial number and dates are those of the client.
  bool reads_what_is_unknown() const {
    constexpr std::array kUnknown{"ssl_client_s_dn",        "ssl_client_s_dn_legacy",
                                  "ssl_client_fingerprint", "ssl_client_cert",
                                  "ssl_client_raw_cert",    "ssl_client_escaped_cert"};
    return check_.is_stand_in && std::ranges::any_of(kUnknown, [&](const char* variable) {
             return check_.fates.mentions(check_.index, variable);
           });
  }

  const ClientCheck& check_;
  const Canary& canary_;
  config::ClientVariables variables_;
  std::map<std::pair<std::string, bool>, config::ClientFate> known_;
};

bool accepts(const Trial& trial, Guards& guards, const pki::ChainVerdict& said) {
  return lets_through(trial.check.server().verify_client.value, said.code) &&
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

// It has none, none that it can show, or the default server asks nobody for it (R9.3, R3.43).
void judge_without(const ClientCheck& check, Guards& guards, Verdict& verdict) {
  if (check.content.demanded) return;                                           // fails
  const bool passes = check.server().verify_client.value != VerifyClient::kOn;  // R3.30
  note_fate(guards.of("NONE", passes), verdict);
  verdict.accepted = passes && guards.let_in("NONE");
}

void leave_open(const std::string& why, Verdict& verdict) {
  verdict.is_judged = false;
  verdict.client_verify.clear();
  verdict.served = config::Served::kUnknown;
  verdict.undecidable = why;
}

void judge_chain(const Trial& trial, Guards& guards, const pki::Material& sent, Verdict& verdict) {
  const ClientCheck& check = trial.check;
  const std::string unknown_list = why_revocation_unjudged(sent, check.content);
  if (!unknown_list.empty()) return leave_open(unknown_list, verdict);
  const base::sys_seconds now = check.evidence.clock.now_for(trial.chain);
  const pki::ChainVerdict said = trial.at(now);
  const std::string doubt = why_unjudged(sent, check.content);
  if (said.code != 0 && !doubt.empty()) {
    return leave_open(doubt, verdict);
  }
  verdict.code = said.code;
  verdict.client_verify = verify_text(said);
  verdict.depth_needed = depth_needed(trial, said.code, now);
  const VerifyClient mode = check.server().verify_client.value;
  note_fate(guards.of(verdict.client_verify, lets_through(mode, said.code)), verdict);
  verdict.accepted = accepts(trial, guards, said);
  verdict.until_is_unknown = verdict.accepted && !doubt.empty();
  if (verdict.accepted && doubt.empty()) find_refusal(trial, guards, now, said, verdict);
}

pki::VerifyPolicy policy_of(const ClientCheck& check, const pki::Material& sent) {
  return {.depth = check.owner().verify_depth.value,
          .security_level = check.owner().security_level().value_or(trust::kDefaultSecurityLevel),
          .purpose = pki::Purpose::kClient,
          .release = sent.release,
          .assumes_signature = check.is_stand_in};
}

}  // namespace

std::string doubt_of_hooks(const Snapshot& snapshot, const config::TlsContext& server) {
  if (server.hooks.empty()) return "";
  const config::HandshakeHook& hook = server.hooks.front();
  return hook.directive + " (" + snapshot.config->document->path_of(hook.at.file) + ":" +
         std::to_string(hook.at.line) +
         ") runs in the handshake and may replace what verifies the client";
}

std::string doubt_about_clients(const Snapshot& snapshot, const ClientCheck& check) {
  const std::string& unread = check.content.unread;
  if (!unread.empty()) return "the exporter cannot read " + base::sanitize(unread) + ", nginx can";
  return doubt_of_hooks(snapshot, check.server());
}

Verdict unjudged_verdict(const Canary& canary, const std::string& doubt) {
  Verdict verdict;
  verdict.canary = canary.name;
  verdict.expect = canary.expect;
  verdict.served = config::Served::kUnknown;
  verdict.undecidable = doubt;
  verdict.is_judged = false;
  return verdict;
}

Verdict verdict_of(const Canary& canary, const pki::Material& sent, const ClientCheck& check) {
  Verdict verdict;
  verdict.canary = canary.name;
  verdict.expect = canary.expect;
  verdict.client_verify = "NONE";
  const bool is_asked = check.content.requested && !canary.path.empty();
  if (is_asked) {
    Negotiation agreed = negotiate(check.resolved, check.index, check.owner_index, sent);
    verdict.offered = agreed.offered;
    verdict.handshake_alert = std::move(agreed.alert);
  }
  if (!verdict.handshake_alert.empty()) return verdict;
  const bool shows_it = is_asked && verdict.offered.value_or(true);
  if (shows_it && !sent.unread.empty()) {  // the leaf may be among them
    leave_open(why_unjudged(sent, check.content), verdict);
    return verdict;
  }
  Guards guards(check, canary, shows_it ? sent.certificates : std::vector<pki::Certificate>{});
  if (shows_it) {
    const Trial trial{.check = check, .chain = sent.certificates, .policy = policy_of(check, sent)};
    judge_chain(trial, guards, sent, verdict);
  } else {
    judge_without(check, guards, verdict);
  }
  return verdict;
}

}  // namespace mtls::audit::clients
