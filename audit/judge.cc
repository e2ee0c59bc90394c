#include "audit/judge.h"

#include <algorithm>
#include <array>
#include <set>

#include "audit/material_view.h"
#include "audit/rules/rules.h"
#include "audit/trust/crl_coverage.h"
#include "audit/trust/handshake_requirement.h"
#include "audit/trust/resumption.h"
#include "audit/trust/rotation.h"
#include "audit/trust/trust.h"
#include "audit/trust/upstream_trust.h"
#include "pki/verify.h"

namespace mtls::audit {
namespace {

using config::TlsContext;
using config::VerifyClient;

struct Judge {
  const JudgeInputs& in;
  const Evidence& evidence;
  const TlsContext& server;
  const TlsContext* owner;  // whose SSL_CTX judges; nullptr: no TLS leads here
  const trust::TrustContent& content;
};

// The fate of one chain under one store, at any instant.
struct Trial {
  const pki::TrustStore& store;
  const std::vector<pki::Certificate>& chain;
  pki::VerifyPolicy policy;
  VerifyClient mode;
  bool guarded;  // the server block refuses every request without SUCCESS

  pki::ChainVerdict at(base::sys_seconds instant) const {
    return store.verify(chain, policy, instant);
  }
  bool accepts(int code) const { return lets_through(mode, code) && (code == 0 || !guarded); }
};

// Sets accepted_until, or says that it is not known. `said`: what holds at `now`, an acceptance.
void find_refusal(const Trial& trial, base::sys_seconds now, pki::ChainVerdict said,
                  Verdict& verdict) {
  // OpenSSL looks at every certificate of a name: past this many looks the store was made to hurt.
  constexpr std::size_t kMaxLooks = 300'000;
  const pki::TrustStore::Horizon horizon = trial.store.horizon(trial.chain, now);
  std::size_t looks = 0;
  base::sys_seconds at = now;
  while (trial.accepts(said.code)) {
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

Verdict verdict_of(const Canary& canary, const std::vector<pki::Certificate>& chain,
                   const Judge& judge, const pki::TrustStore& store) {
  Verdict verdict;
  verdict.canary = canary.name;
  verdict.expect = canary.expect;
  verdict.client_verify = "NONE";
  const VerifyClient mode = judge.server.verify_client.value;
  const bool guarded = judge.server.guard == config::Guard::kComplete;
  bool checked = mode != VerifyClient::kOn;  // of a client without a certificate (R3.30)
  const bool is_turned_away = judge.content.demanded && chain.empty();
  if (is_turned_away) {
    checked = false;
  } else if (!judge.content.requested || chain.empty()) {
    // It has none, or the default server asks nobody for it (R3.43).
    verdict.accepted = checked && !guarded;
  } else {
    const Trial trial{.store = store,
                      .chain = chain,
                      .policy = {.depth = judge.owner->verify_depth.value,
                                 .security_level = judge.owner->security_level().value_or(
                                     trust::kDefaultSecurityLevel),
                                 .purpose = pki::Purpose::kClient},
                      .mode = mode,
                      .guarded = guarded};
    const base::sys_seconds now = judge.evidence.clock.now_for(chain);
    const pki::ChainVerdict said = trial.at(now);
    verdict.code = said.code;
    verdict.client_verify = said.code == 0 ? "SUCCESS" : "FAILED:" + said.reason;
    checked = lets_through(mode, said.code);
    verdict.accepted = trial.accepts(said.code);
    if (verdict.accepted) find_refusal(trial, now, said, verdict);
  }
  const bool is_answered = judge.server.id.module == config::Module::kHttp && !is_turned_away;
  if (is_answered) verdict.http_status = checked ? 200 : 400;
  return verdict;
}

std::vector<Verdict> verdicts_of(const Judge& judge) {
  std::vector<Verdict> verdicts;
  if (judge.content.is_open) return verdicts;
  const pki::TrustStore store(judge.content.store, judge.content.revocation_lists,
                              judge.content.check_crls);
  for (const Canary& canary : judge.in.snapshot.canaries) {
    if (!canary.concerns(judge.server)) continue;
    const pki::Material* material = judge.evidence.material.content(&canary.path);
    const bool has_chain = material != nullptr && !material->certificates.empty();
    if (!has_chain && !canary.path.empty()) continue;
    verdicts.push_back(
        verdict_of(canary, has_chain ? material->certificates : std::vector<pki::Certificate>{},
                   judge, store));
  }
  return verdicts;
}

// What the canaries send that this server should accept.
std::vector<std::vector<pki::Certificate>> known_clients(const Judge& judge) {
  std::vector<std::vector<pki::Certificate>> clients;
  if (judge.owner == nullptr) return clients;
  for (const Canary& canary : judge.in.snapshot.canaries) {
    if (canary.expect == Expect::kReject || !canary.concerns(judge.server)) continue;
    const pki::Material* material = judge.evidence.material.content(&canary.path);
    if (material == nullptr || material->certificates.empty()) continue;
    // Its own dates decide whether it counts.
    judge.evidence.clock.now_for(material->certificates);
    clients.push_back(material->certificates);
  }
  return clients;
}

std::vector<trust::KnownClient> in_the_store(const pki::paths::BundleView& store) {
  std::vector<trust::KnownClient> clients;
  for (const pki::paths::ClientPath& path : store.clients) {
    if (path.issuer) clients.push_back({.certificate = *path.below, .issuer = *path.issuer});
  }
  return clients;
}

std::set<pki::Fingerprint> without_use(const trust::CrlCoverage& crls) {
  std::set<pki::Fingerprint> idle;
  for (const pki::RevocationListFacts* list : crls.unused) idle.insert(list->fingerprint);
  for (const trust::CrlUse& use : crls.out_of_scope) idle.insert(use.list->fingerprint);
  for (const trust::CrlUse& use : crls.uses) idle.erase(use.list->fingerprint);
  // What does not count for a CA's own certificate, or for one below it, lets nobody in.
  for (const trust::CrlUse& use : crls.out_of_scope) {
    if (use.subject != nullptr && use.subject->is_ca) idle.insert(use.list->fingerprint);
  }
  return idle;
}

void measure_names(const trust::TrustContent& content, ServerAudit& audit) {
  constexpr std::size_t kLengthBytes = 2;  // RFC 8446 §4.2.4: DistinguishedName<1..2^16-1>
  std::set<std::string> seen;
  for (const pki::Certificate& certificate : content.announced) {
    const pki::DistinguishedName& subject = certificate.facts().subject;
    if (!seen.insert(subject.canonical).second) continue;
    ++audit.ca_names;
    audit.ca_names_bytes += subject.der_bytes + kLengthBytes;
  }
}

// Those whom nginx refuses for what they sent can still be handed to content by error_page.
bool hands_on_refused(const TlsContext& server) {
  constexpr std::array kRefusals{400, 414, 494, 495, 497};
  return std::any_of(kRefusals.begin(), kRefusals.end(), [&](int status) {
    return std::binary_search(server.error_statuses.begin(), server.error_statuses.end(), status);
  });
}

std::optional<bool> enforcement(const JudgeInputs& inputs, const TlsContext& server) {
  if (server.verify_client.value == VerifyClient::kOptional && !hands_on_refused(server) &&
      trust::handshake_requires_certificate(inputs.snapshot, inputs.index))
    return true;
  // R3.31; http has error_page.
  const bool is_on = server.verify_client.value == VerifyClient::kOn;
  if (is_on && server.id.module != config::Module::kHttp) return true;
  switch (server.guard) {
    case config::Guard::kComplete: return true;
    case config::Guard::kNone: return false;
    case config::Guard::kUndecidable: break;
  }
  return std::nullopt;
}

}  // namespace

bool lets_through(VerifyClient mode, int code) {
  if (mode == VerifyClient::kOff || code == 0) return true;
  if (mode != VerifyClient::kOptionalNoCa) return false;
  // ngx_ssl_verify_error_optional(): DEPTH_ZERO_SELF_SIGNED_CERT, SELF_SIGNED_CERT_IN_CHAIN,
  // UNABLE_TO_GET_ISSUER_CERT_LOCALLY, UNABLE_TO_VERIFY_LEAF_SIGNATURE, CERT_UNTRUSTED.
  constexpr std::array kForgiven{18, 19, 20, 21, 27};
  return std::find(kForgiven.begin(), kForgiven.end(), code) != kForgiven.end();
}

std::shared_ptr<const ServerAudit> judge(const JudgeInputs& inputs) {
  const config::ResolvedConfig& resolved = inputs.snapshot.config->resolved;
  const TlsContext& server = resolved.servers.at(inputs.index);
  const std::optional<std::size_t> owner =
      asks(server) ? resolved.tls_owner(inputs.index) : std::nullopt;
  const TlsContext* decides = owner ? &resolved.servers.at(*owner) : nullptr;
  const Evidence evidence(inputs.snapshot);
  const trust::TrustContent content =
      decides != nullptr ? trust::trust_content(evidence.material, *decides, inputs.policy.build)
                         : trust::TrustContent{};
  const base::sys_seconds now = evidence.clock.now_for(content.store, content.revocation_lists);
  const Judge judge{
      .in = inputs, .evidence = evidence, .server = server, .owner = decides, .content = content};

  auto audit = std::make_shared<ServerAudit>();
  const std::vector<std::vector<pki::Certificate>> clients = known_clients(judge);
  audit->store =
      pki::paths::view_bundle(content.store, now,
                              {.issuing = content.issuing,
                               .clients = clients,
                               .successions = trust::declared_successions(
                                   inputs.policy.rotations, content, evidence.material)});
  audit->trust_until = audit->store.trust_until;
  audit->depth_required = audit->store.depth_required;
  audit->enforced = enforcement(inputs, server);
  audit->extra_trust_cas = content.extra.size();
  const trust::CrlCoverage crls =
      trust::crl_coverage(content, audit->store, in_the_store(audit->store), evidence.clock);
  audit->crl_missing_issuers = crls.missing_issuers();
  audit->crls_without_use = without_use(crls);
  if (const auto kept = trust::resumption(resolved, inputs.index, inputs.policy.build)) {
    audit->resumption_window = kept->window;
  }
  audit->rotation = trust::rotating_cas(content, audit->store, evidence.clock);
  measure_names(content, *audit);
  if (decides != nullptr) audit->verdicts = verdicts_of(judge);
  audit->findings = rules::server_findings({.snapshot = inputs.snapshot,
                                            .build = inputs.policy.build,
                                            .index = inputs.index,
                                            .profile = inputs.policy.profile,
                                            .evidence = evidence,
                                            .content = content,
                                            .crls = crls,
                                            .facts = *audit});
  rules::apply_settings(inputs.policy.rules, audit->findings);
  audit->used = evidence.material.used();
  audit->next_change_at = evidence.clock.next_change();
  return audit;
}

}  // namespace mtls::audit
