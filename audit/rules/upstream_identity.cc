// Rules about nginx and its backends over time: until when nginx can trust them, and what they make
// of the client certificate that it presents, as far as the files tell.
#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "audit/clock.h"
#include "audit/rules/places.h"
#include "audit/rules/rules.h"
#include "audit/trust/presented_chain.h"
#include "audit/trust/trust.h"
#include "audit/trust/upstream_trust.h"
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
  std::size_t item;
  const UpstreamTlsContext& upstream;
  const std::string& path;
  std::vector<const Certificate*> certificates;  // from the leaf upwards
};

// The place among the findings of a backend, and of its files from 1 on. A map can lead to at most
// 1,000 files.
std::size_t item_of(std::size_t upstream, std::size_t file) {
  constexpr std::size_t kItemsEach = 1'000'000;
  return upstream * kItemsEach + file;
}

// Calls `look(index)` for each backend that nginx may speak TLS to.
template <class Look>
void for_each_upstream(const HostView& host, const Look& look) {
  const auto& upstreams = host.resolved().upstreams;
  for (std::size_t i = 0; i < upstreams.size(); ++i) {
    const bool is_used = host.resolved().is_reached(upstreams[i].server_index);
    if (is_used && upstreams[i].speaks_tls != config::SpeaksTls::kNo) look(i);
  }
}

// Calls `look` for each certificate file that nginx shows to a backend.
template <class Look>
void for_each_shown(const HostView& host, const Look& look) {
  for_each_upstream(host, [&](std::size_t index) {
    const UpstreamTlsContext& upstream = host.resolved().upstreams[index];
    std::size_t file = 0;
    for (const std::string& path : trust::upstream_files(upstream).certificates) {
      ++file;
      const pki::Material* material = host.material().content(&path);
      if (material == nullptr || material->certificates.empty()) continue;
      look(Shown{.item = item_of(index, file),
                 .upstream = upstream,
                 .path = path,
                 .certificates = trust::path_of(material->certificates)});
    }
  });
}

Finding finding_of(const UpstreamTlsContext& upstream, const std::string& path,
                   const std::string& what) {
  Finding finding = finding_at(upstream.at, upstream.directive + " " + upstream.uri + ": " + what);
  if (const auto at = naming_directive(upstream, path)) finding.at = at;
  finding.context = upstream.server;
  finding.path = path;
  return finding;
}

Finding finding_of(const Shown& shown, const std::string& what) {
  Finding finding = finding_of(shown.upstream, shown.path, shown.path + ": " + what);
  finding.fingerprint = shown.certificates.front()->facts().fingerprint;
  return finding;
}

// "": nothing in it makes a peer refuse it now.
std::string refusal_of(const Shown& shown, const Clock& clock) {
  for (const Certificate* certificate : shown.certificates) {
    const auto& [not_before, not_after] = certificate->facts().validity;
    const CertificateFacts& facts = certificate->facts();
    if (not_after && clock.has_come(*not_after)) {
      return named(facts) + " expired at " + base::rfc3339(*not_after);
    }
    if (not_before && !clock.has_come(*not_before)) {
      return named(facts) + " is not valid before " + base::rfc3339(*not_before);
    }
  }
  const Certificate& leaf = *shown.certificates.front();
  if (pki::may_act_as_client(leaf)) return "";
  return named(leaf.facts()) + " is not for clients (extendedKeyUsage or keyUsage)";
}

void rejected(const HostView& host, Findings& findings) {
  for_each_shown(host, [&](const Shown& shown) {
    const std::string refusal = refusal_of(shown, host.clock());
    if (!refusal.empty()) findings.add_at(shown.item, finding_of(shown, refusal));
  });
}

void expires_soon(const HostView& host, Findings& findings) {
  const auto ends_soon = [&](const Certificate* certificate) {
    const auto end = certificate->facts().validity.not_after;
    return end && host.clock().is_near(*end, kServerCertificateWarningPeriod);
  };
  for_each_shown(host, [&](const Shown& shown) {
    const auto found = std::ranges::find_if(shown.certificates, ends_soon);
    if (found == shown.certificates.end() || !refusal_of(shown, host.clock()).empty()) return;
    const CertificateFacts& facts = (*found)->facts();
    findings.add_at(shown.item, finding_of(shown, named(facts) + " expires at " +
                                                      base::rfc3339(*facts.validity.not_after)));
  });
}

// As for the server's own chain: an issuer that nobody here knows can be a root.
void chain_incomplete(const HostView& host, Findings& findings) {
  if (host.resolved().upstreams.empty()) return;
  const KnownCas known = known_cas(host.snapshot);
  for_each_shown(host, [&](const Shown& shown) {
    const CertificateFacts& top = shown.certificates.back()->facts();
    const auto [begin, end] = known.equal_range(top.issuer.canonical);
    const bool has_root =
        std::any_of(begin, end, [](const auto& ca) { return ca.second->self_signed; });
    if (top.self_issued || begin == end || has_root) return;
    findings.add_at(shown.item, finding_of(shown, "lacks the intermediate " + top.issuer.rfc2253));
  });
}

void trust_ends(const HostView& host, Findings& findings) {
  for_each_upstream(host, [&](std::size_t index) {
    const auto until = host.snapshot.upstreams[index].trust_until;
    if (!until || !host.clock().is_near(*until, kCaWarningPeriod)) return;
    const UpstreamTlsContext& upstream = host.resolved().upstreams[index];
    const std::string trusted = trust::upstream_files(upstream).trusted.front();
    findings.add_at(item_of(index, 0),
                    finding_of(upstream, trusted,
                               "a CA of " + trusted + " has no valid certificate from " +
                                   base::rfc3339(*until) + " on"));
  });
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kUpstreamTrustExpiresSoon,
         .id = "upstream-trust-expires-soon",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .effect = Effect::kRefusesSoon,
         .meaning = "A CA that verifies backends ends within 30 days, or has ended, and nothing "
                    "replaces it. From then on nginx answers 502 (10:certificate has expired).",
         .remedy = "Add the renewed CA to proxy_ssl_trusted_certificate and reload nginx.",
         .check = trust_ends},
    Rule{.kind = FindingKind::kUpstreamCertificateRejected,
         .id = "upstream-certificate-rejected",
         .severity = Severity::kCritical,
         .about = About::kFile,
         .effect = Effect::kRefuses,
         .meaning = "The certificate that nginx presents to a backend has expired, is not valid "
                    "yet or is not for clients. A backend that verifies it will refuse it; another "
                    "nginx answers 400 (10, 9 or 26 in its log), which the client gets.",
         .remedy = "Put a certificate with clientAuth that is in force into proxy_ssl_certificate "
                   "and reload nginx.",
         .check = rejected},
    Rule{.kind = FindingKind::kUpstreamCertificateExpiresSoon,
         .id = "upstream-certificate-expires-soon",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .effect = Effect::kRefusesSoon,
         .meaning = "A certificate of the chain that nginx presents to a backend expires within 14 "
                    "days. From then on a backend that verifies it refuses it.",
         .remedy = "Renew the certificate and reload nginx.",
         .check = expires_soon},
    Rule{.kind = FindingKind::kUpstreamChainIncomplete,
         .id = "upstream-chain-incomplete",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .meaning = "The chain that nginx presents to a backend lacks an intermediate. Backends "
                    "that know only the root refuse it; another nginx answers 400 (21:unable to "
                    "verify the first certificate).",
         .remedy = "Append the intermediate to the file of proxy_ssl_certificate.",
         .check = chain_incomplete},
};

}  // namespace

Subject upstream_identity_rules() { return kRules; }

}  // namespace mtls::audit::rules
