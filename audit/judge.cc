#include "audit/judge.h"

#include <set>

#include "audit/client_verdict.h"
#include "audit/enforcement.h"
#include "audit/material_view.h"
#include "audit/rules/rules.h"
#include "audit/trust/crl_coverage.h"
#include "audit/trust/resumption.h"
#include "audit/trust/rotation.h"
#include "audit/trust/trust.h"
#include "audit/trust/upstream_trust.h"
#include "pki/verify.h"

namespace mtls::audit {
namespace {

using config::TlsContext;

std::vector<Verdict> verdicts_of(const JudgeInputs& inputs, const ClientCheck& check) {
  std::vector<Verdict> verdicts;
  if (check.content.is_open) return verdicts;
  for (const Canary& canary : inputs.snapshot.canaries) {
    if (!canary.concerns(check.server)) continue;
    const pki::Material* material = check.evidence.material.content(&canary.path);
    const bool has_chain = material != nullptr && !material->certificates.empty();
    if (!has_chain && !canary.path.empty()) continue;
    verdicts.push_back(verdict_of(
        canary, has_chain ? material->certificates : std::vector<pki::Certificate>{}, check));
  }
  return verdicts;
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

}  // namespace

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

  auto audit = std::make_shared<ServerAudit>();
  audit->store = pki::view_bundle(content.store, now, content.issuing);
  audit->store_files = content.files;
  audit->crl_path = content.crl_path;
  audit->trust_until = audit->store.trust_until;
  audit->depth_required = audit->store.depth_required;
  Enforcement enforcement = enforcement_of(inputs.snapshot, inputs.policy.build, inputs.index);
  audit->enforced = enforcement.enforced;
  audit->enforced_note = std::move(enforcement.note);
  audit->is_bypassed = enforcement.is_bypassed;
  audit->extra_trust_cas = content.extra.size();
  audit->crl_missing_issuers = trust::cas_without_crl(content).size();
  if (const auto kept = trust::resumption(resolved, inputs.index, inputs.policy.build)) {
    audit->resumption_window = kept->window;
  }
  audit->rotation = trust::rotating_cas(content, audit->store, evidence.clock);
  measure_names(content, *audit);
  if (decides != nullptr) {
    const pki::TrustStore store(content.store, content.revocation_lists, content.check_crls);
    audit->verdicts = verdicts_of(inputs, {.index = inputs.index,
                                           .server = server,
                                           .owner = *decides,
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
                                            .facts = *audit});
  rules::apply_settings(inputs.policy.rules, audit->findings);
  audit->used = evidence.material.used();
  audit->next_change_at = evidence.clock.next_change();
  return audit;
}

}  // namespace mtls::audit
