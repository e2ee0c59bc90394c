#include "audit/judge.h"

#include <set>

#include "audit/clients/client_verdict.h"
#include "audit/enforcement.h"
#include "audit/material_view.h"
#include "audit/rules/rules.h"
#include "audit/trust/crl_coverage.h"
#include "audit/trust/resumption.h"
#include "audit/trust/rotation.h"
#include "audit/trust/trust.h"
#include "audit/trust/upstream_trust.h"
#include "pki/memory.h"
#include "pki/verify.h"

namespace mtls::audit {
namespace {

using config::TlsContext;

// Something is known of what a client with this file gets.
bool is_usable(const pki::Material& sent) {
  return !sent.certificates.empty() || !sent.unread.empty() || pki::has_short_time(sent);
}

std::vector<Verdict> verdicts_of(const JudgeInputs& inputs, const clients::ClientCheck& check) {
  std::vector<Verdict> verdicts;
  const std::string doubt = clients::doubt_about_clients(inputs.snapshot, check);
  if (check.content.is_open) return verdicts;
  for (const Canary& canary : inputs.snapshot.canaries) {
    if (!canary.concerns(check.server())) continue;
    static const pki::Material kNoCertificate;
    const pki::Material* sent =
        canary.path.empty() ? &kNoCertificate : check.evidence.material.content(&canary.path);
    if (sent == nullptr || (!canary.path.empty() && !is_usable(*sent))) continue;
    verdicts.push_back(doubt.empty() ? clients::verdict_of(canary, *sent, check)
                                     : clients::unjudged_verdict(canary, doubt));
  }
  return verdicts;
}

// What the canaries send that this server should accept.
std::vector<std::vector<pki::Certificate>> known_clients(const JudgeInputs& inputs,
                                                         const Evidence& evidence) {
  std::vector<std::vector<pki::Certificate>> clients;
  const TlsContext& server = inputs.snapshot.config->resolved.servers.at(inputs.index);
  for (const Canary& canary : inputs.snapshot.canaries) {
    if (canary.expect == Expect::kReject || !canary.concerns(server)) continue;
    const pki::Material* material = evidence.material.content(&canary.path);
    if (material == nullptr || material->certificates.empty()) continue;
    // Its own dates decide whether it counts.
    evidence.clock.now_for(material->certificates);
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

void list_presented(const TlsContext& server, const Evidence& evidence, ServerAudit& audit) {
  if (!server.serves_tls()) return;
  for (const config::FileRef& reference : server.certificates.value) {
    for (const std::string& path : known_paths(reference)) {
      const pki::Material* material = evidence.material.content(&path);
      const auto until = material != nullptr ? earliest_expiry(*material) : std::nullopt;
      if (until) audit.presented.push_back({.path = path, .until = *until});
    }
  }
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

void note_enforcement(const JudgeInputs& inputs, ServerAudit& audit) {
  Enforcement enforcement = enforcement_of(inputs.snapshot, inputs.policy.build, inputs.index);
  audit.enforced = enforcement.enforced;
  audit.demanded_by_handshake = enforcement.demanded_by_handshake;
  audit.enforced_note = std::move(enforcement.note);
  audit.is_bypassed = enforcement.is_bypassed;
}

void note_store(const trust::TrustContent& content, pki::paths::BundleView store,
                ServerAudit& audit) {
  audit.store = std::move(store);
  audit.store_files = content.files;
  audit.crl_path = content.crl_path;
  audit.trust_until = audit.store.trust_until;
  audit.depth_required = audit.store.depth_required;
  audit.extra_trust_cas = content.extra.size();
}

}  // namespace

std::shared_ptr<const ServerAudit> judge(const JudgeInputs& inputs) {
  pki::drop_objects(pki::kManyObjects);
  const config::ResolvedConfig& resolved = inputs.snapshot.config->resolved;
  const TlsContext& server = resolved.servers.at(inputs.index);
  const std::optional<std::size_t> found = resolved.tls_owner(inputs.index);
  const std::size_t owner = found.value_or(inputs.index);
  const TlsContext* decides = asks(server) && found ? &resolved.servers.at(owner) : nullptr;
  const Evidence evidence(inputs.snapshot);
  const trust::TrustContent content =
      decides != nullptr ? trust::trust_content(evidence.material, *decides, inputs.policy.build)
                         : trust::TrustContent{};
  const base::sys_seconds now = evidence.clock.now_for(content.store, content.revocation_lists);

  auto audit = std::make_shared<ServerAudit>();
  const std::vector<std::vector<pki::Certificate>> clients =
      decides != nullptr ? known_clients(inputs, evidence)
                         : std::vector<std::vector<pki::Certificate>>{};
  note_store(content,
             pki::paths::view_bundle(content.store, now,
                                     {.issuing = content.issuing,
                                      .clients = clients,
                                      .successions = trust::declared_successions(
                                          inputs.policy.rotations, content, evidence.material)}),
             *audit);
  note_enforcement(inputs, *audit);
  const trust::CrlCoverage crls =
      trust::crl_coverage(content, audit->store, in_the_store(audit->store), evidence.clock);
  audit->crl_missing_issuers = crls.missing_issuers();
  audit->crls_without_use = without_use(crls);
  if (const auto kept = trust::resumption(resolved, inputs.index, inputs.policy.build)) {
    audit->resumption_window = kept->window;
  }
  audit->rotation = trust::rotating_cas(content, audit->store, evidence.clock);
  measure_names(content, *audit);
  list_presented(server, evidence, *audit);
  if (decides != nullptr && !inputs.snapshot.canaries.empty()) {
    const pki::TrustStore store(content.store, content.revocation_lists, content.check_crls);
    audit->verdicts = verdicts_of(inputs, {.index = inputs.index,
                                           .owner_index = owner,
                                           .resolved = resolved,
                                           .evidence = evidence,
                                           .content = content,
                                           .store = store,
                                           .fates = inputs.fates});
  }
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
