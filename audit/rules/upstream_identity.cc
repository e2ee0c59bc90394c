// Rules about nginx and its backends over time: until when it can trust them, and what they make of
// the client certificate it shows them, as far as the disk tells.
#include <algorithm>
#include <map>
#include <string_view>

#include "audit/clock.h"
#include "audit/rules/rules.h"
#include "audit/trust/presented_chain.h"
#include "audit/trust/trust.h"
#include "audit/trust/upstream_trust.h"
#include "base/text.h"
#include "pki/strength.h"

namespace mtls::audit::rules {
namespace {

using config::UpstreamTlsContext;
using pki::Certificate;
using pki::CertificateFacts;

// All CA certificates that the configuration refers to, by canonical name.
using KnownCas = std::multimap<std::string_view, const CertificateFacts*>;

KnownCas known_cas(const Snapshot& snapshot) {
  KnownCas known;
  for (const auto& [path, file] : snapshot.material) {
    if (!file->material) continue;
    for (const Certificate& certificate : file->material->certificates) {
      const CertificateFacts& facts = certificate.facts();
      if (facts.is_ca) known.emplace(facts.subject.canonical, &facts);
    }
  }
  return known;
}

// One certificate file that nginx shows to one backend.
struct Shown {
  const UpstreamTlsContext& upstream;
  const std::string& path;
  std::vector<const Certificate*> certificates;  // from the leaf upwards
};

Finding finding_of(const Shown& shown, FindingKind kind, const std::string& what) {
  return {.kind = kind,
          .context = shown.upstream.server,
          .path = shown.path,
          .fingerprint = shown.certificates.front()->facts().fingerprint,
          .at = shown.upstream.at,
          .detail = base::sanitize(
              shown.upstream.directive + " " + shown.upstream.uri + ": " + shown.path + ": " + what,
              base::kMaxPathBytes)};
}

// "": nothing on it says that a peer must refuse it now.
std::string refusal_of(const Shown& shown, const Clock& clock) {
  for (const Certificate* certificate : shown.certificates) {
    const auto& [not_before, not_after] = certificate->facts().validity;
    const std::string name = named(certificate->facts());
    if (not_after && clock.has_come(*not_after))
      return name + " expired at " + base::rfc3339(*not_after);
    if (not_before && !clock.has_come(*not_before)) {
      return name + " is not valid before " + base::rfc3339(*not_before);
    }
  }
  const Certificate& leaf = *shown.certificates.front();
  if (pki::may_act_as_client(leaf)) return "";
  return named(leaf.facts()) + " is not for clients (extendedKeyUsage or keyUsage)";
}

void expires_soon(const Shown& shown, const Clock& clock, std::vector<Finding>& findings) {
  for (const Certificate* certificate : shown.certificates) {
    const auto end = certificate->facts().validity.not_after;
    if (!end || !clock.is_near(*end, kServerCertificateExpiresSoon)) continue;
    findings.push_back(
        finding_of(shown, FindingKind::kUpstreamCertificateExpiresSoon,
                   named(certificate->facts()) + " expires at " + base::rfc3339(*end)));
    return;
  }
}

// As for the server's own chain: an issuer that nobody here knows can be a root.
void incomplete(const Shown& shown, const KnownCas& known, std::vector<Finding>& findings) {
  const CertificateFacts& top = shown.certificates.back()->facts();
  const auto [begin, end] = known.equal_range(top.issuer.canonical);
  const bool has_root =
      std::any_of(begin, end, [](const auto& ca) { return ca.second->self_signed; });
  if (top.self_issued || begin == end || has_root) return;
  findings.push_back(finding_of(shown, FindingKind::kUpstreamChainIncomplete,
                                "lacks the intermediate " + top.issuer.rfc2253));
}

// What the rules of this file look at.
struct UpstreamsView {
  const Snapshot& snapshot;
  const Evidence& evidence;
  const KnownCas known;
};

void identity(const UpstreamsView& view, const UpstreamTlsContext& upstream,
              std::vector<Finding>& findings) {
  for (const std::string& path : trust::upstream_files(view.snapshot, upstream).certificates) {
    const pki::Material* material = view.evidence.material.content(&path);
    if (material == nullptr || material->certificates.empty()) continue;
    const Shown shown{
        .upstream = upstream, .path = path, .certificates = trust::path_of(material->certificates)};
    const std::string refusal = refusal_of(shown, view.evidence.clock);
    if (refusal.empty()) {
      expires_soon(shown, view.evidence.clock, findings);
    } else {
      findings.push_back(finding_of(shown, FindingKind::kUpstreamCertificateRejected, refusal));
    }
    incomplete(shown, view.known, findings);
  }
}

void trust_ends(const UpstreamsView& view, std::size_t index, std::vector<Finding>& findings) {
  const auto until = view.snapshot.upstreams[index].trust_until;
  if (!until || !view.evidence.clock.is_near(*until, kCaExpiresSoon)) return;
  const UpstreamTlsContext& upstream = view.snapshot.config->resolved.upstreams[index];
  const std::string trusted = trust::upstream_files(view.snapshot, upstream).trusted.front();
  findings.push_back({.kind = FindingKind::kUpstreamTrustExpiresSoon,
                      .context = upstream.server,
                      .path = trusted,
                      .fingerprint = {},
                      .at = upstream.at,
                      .detail = base::sanitize(
                          upstream.directive + " " + upstream.uri + ": a CA of " + trusted +
                              " has no valid certificate from " + base::rfc3339(*until) + " on",
                          base::kMaxPathBytes)});
}

}  // namespace

void upstream_time_rules(const Snapshot& snapshot, const Evidence& evidence,
                         std::vector<Finding>& findings) {
  const auto& upstreams = snapshot.config->resolved.upstreams;
  if (upstreams.empty()) return;
  const UpstreamsView view{
      .snapshot = snapshot, .evidence = evidence, .known = known_cas(snapshot)};
  for (std::size_t i = 0; i < upstreams.size(); ++i) {
    if (upstreams[i].speaks_tls == config::SpeaksTls::kNo) continue;
    trust_ends(view, i, findings);
    identity(view, upstreams[i], findings);
  }
}

}  // namespace mtls::audit::rules
