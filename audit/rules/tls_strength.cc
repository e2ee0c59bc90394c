// Rules about protocols, ciphers and parameters too weak to protect what they carry.
#include <array>

#include "audit/rules/places.h"
#include "audit/rules/rules.h"

namespace mtls::audit::rules {
namespace {

// Only where somebody wrote it: the old default names them too, and OpenSSL 3 refuses them then.
void legacy_protocols(const ServerView& view, Findings& findings) {
  using config::Protocol;
  const config::Setting<config::ProtocolSet>& protocols = view.server().protocols;
  const bool is_written = protocols.provenance != config::Provenance::kDefault;
  const bool is_legacy =
      protocols.value.has(Protocol::kTls1) || protocols.value.has(Protocol::kTls11);
  if (!view.server().has_context || !is_written || !is_legacy) return;
  Finding finding = finding_for(view, "ssl_protocols " + protocols.value.text());
  finding.at = protocols.at;
  findings.add(std::move(finding));
}

void weak_ciphers(const HostView& host, Findings& findings) {
  for (const auto& [index, weak] : host.snapshot.strength.weak_ciphers) {
    const config::TlsContext& server = host.resolved().servers[static_cast<std::size_t>(index)];
    const std::string more =
        weak.size() == 1 ? "" : " and " + std::to_string(weak.size() - 1) + " more";
    Finding finding = finding_for(server, "accepts " + weak.front() + more);
    finding.at = server.ciphers.at ? *server.ciphers.at : place_beside(server);
    findings.add(std::move(finding));
  }
}

void weak_dhparam(const HostView& host, Findings& findings) {
  constexpr int kLeastBits = 2048;
  for (const config::TlsContext& server : host.resolved().servers) {
    const std::string* dhparam = static_path(server.dhparam.value);
    if (dhparam == nullptr || !server.has_context) continue;
    const auto& known = host.snapshot.strength.dh_bits;
    const auto bits = known.find(*dhparam);
    if (bits == known.end() || !bits->second || *bits->second >= kLeastBits) continue;
    Finding finding =
        finding_for(server, *dhparam + " has " + std::to_string(*bits->second) + " bits");
    finding.at = server.dhparam.at;
    finding.path = *dhparam;
    findings.add(std::move(finding));
  }
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kLegacyProtocols,
         .id = "legacy-protocols",
         .severity = Severity::kWarning,
         .about = About::kText,
         .meaning = "ssl_protocols names TLS 1.0 or 1.1, which RFC 8996 forbids.",
         .remedy = "Write ssl_protocols TLSv1.2 TLSv1.3.",
         .edit = Edit::set("ssl_protocols", "TLSv1.2 TLSv1.3"),
         .check = legacy_protocols},
    Rule{.kind = FindingKind::kWeakCiphers,
         .id = "weak-ciphers",
         .severity = Severity::kWarning,
         .about = About::kText,
         .meaning = "The server accepts ciphers that do not protect: without encryption, without "
                    "authentication, or with RC4, MD5 or 3DES. nginx logs nothing about it.",
         .remedy = "Write the default, ssl_ciphers HIGH:!aNULL:!MD5, without @SECLEVEL=0.",
         .edit = Edit::set("ssl_ciphers", "HIGH:!aNULL:!MD5"),
         .check = weak_ciphers},
    Rule{.kind = FindingKind::kDhparamWeak,
         .id = "dhparam-weak",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .meaning = "The DH parameters have fewer than 2048 bits: nginx refuses them (dh key too "
                    "small) or, at security level 1 and below, exchanges keys that can be "
                    "computed.",
         .remedy = "Remove ssl_dhparam, since ECDHE works without it, or make new parameters: "
                   "openssl dhparam -out FILE 2048.",
         .edit = Edit::remove("ssl_dhparam"),
         .check = weak_dhparam},
};

}  // namespace

Subject tls_strength_rules() { return kRules; }

}  // namespace mtls::audit::rules
