// Rules about the end of the certificates that a server block presents to its clients.
#include <array>

#include "audit/clock.h"
#include "audit/rules/rules.h"

namespace mtls::audit::rules {
namespace {

// Calls `look(path, end)` for each file with certificates, `end` the earliest of theirs.
template <class Look>
void for_each_end(const ServerView& view, const Look& look) {
  if (!view.server().serves_tls()) return;
  for (const config::FileRef& reference : view.server().certificates.value) {
    for (const std::string& path : known_paths(reference)) {
      const pki::Material* material = view.material().content(&path);
      const auto end = material == nullptr ? std::nullopt : earliest_expiry(*material);
      if (end) look(path, *end);
    }
  }
}

void expired(const ServerView& view, Findings& findings) {
  std::size_t item = 0;
  for_each_end(view, [&](const std::string& path, base::sys_seconds end) {
    ++item;
    if (!view.clock().has_come(end)) return;
    findings.add_at(item, finding_for_file(view, path, "expired at " + base::rfc3339(end)));
  });
}

void expires_soon(const ServerView& view, Findings& findings) {
  std::size_t item = 0;
  for_each_end(view, [&](const std::string& path, base::sys_seconds end) {
    ++item;
    if (view.clock().has_come(end)) return;
    if (!view.clock().is_near(end, kServerCertificateWarningPeriod)) return;
    findings.add_at(item, finding_for_file(view, path, "expires at " + base::rfc3339(end)));
  });
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kServerCertificateExpired,
         .id = "server-certificate-expired",
         .severity = Severity::kCritical,
         .meaning = "The server's own certificate has expired: nginx serves it all the same, and "
                    "clients refuse it.",
         .remedy = "Renew the certificate and reload nginx.",
         .check = expired},
    Rule{.kind = FindingKind::kServerCertificateExpiresSoon,
         .id = "server-certificate-expires-soon",
         .severity = Severity::kWarning,
         .meaning = "A certificate of the chain that this server presents expires within 14 days.",
         .remedy = "Renew the certificate and reload nginx.",
         .check = expires_soon},
};

}  // namespace

Subject server_certificate_rules() { return kRules; }

}  // namespace mtls::audit::rules
