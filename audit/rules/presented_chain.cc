// Rules about the certificates that a server block presents: their ends, and whether clients can
// believe them.
#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "audit/clock.h"
#include "audit/rules/rules.h"
#include "audit/trust/presented_chain.h"

namespace mtls::audit::rules {
namespace {

using pki::Certificate;
using pki::CertificateFacts;

int lower_case(unsigned char letter) { return std::tolower(letter); }

bool is_same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower_case, lower_case);
}

// RFC 6125 §6.4.3: `*` stands for the whole first label and no more.
bool covers(std::string_view pattern, std::string_view name) {
  if (is_same_name(pattern, name)) return true;
  const std::size_t dot = name.find('.');
  return pattern.starts_with("*.") && dot != std::string_view::npos &&
         is_same_name(pattern.substr(1), name.substr(dot));
}

bool covers(const CertificateFacts& leaf, std::string_view name) {
  if (leaf.dns_names.empty()) return covers(leaf.subject.common_name, name);
  return std::any_of(leaf.dns_names.begin(), leaf.dns_names.end(),
                     [&](const std::string& pattern) { return covers(pattern, name); });
}

// What clients can ask for by this name of server_name; "": nothing that can be told. Placeholders,
// expressions and what has no dot are left alone.
std::string_view asked_name(std::string_view name) {
  if (name.starts_with('.')) name.remove_prefix(1);
  const bool is_told = name.find('.') != std::string_view::npos && !name.starts_with('~') &&
                       !name.ends_with('*') &&
                       name.find_first_not_of("0123456789.:[]") != std::string_view::npos;
  return is_told ? name : std::string_view{};
}

struct Presented {
  std::size_t item;  // its place among the findings
  const std::string& path;
  const std::vector<Certificate>& chain;
};

// Calls `look` for each file of ssl_certificate that holds certificates.
template <class Look>
void for_each_presented(const ServerView& view, const Look& look) {
  if (!view.server().serves_tls()) return;
  std::size_t item = 0;
  for (const config::FileRef& reference : view.server().certificates.value) {
    const std::string* path = static_path(reference);
    const pki::Material* material = view.material().content(path);
    if (material == nullptr || material->certificates.empty()) continue;
    look(Presented{.item = item++, .path = *path, .chain = material->certificates});
  }
}

void name_mismatch(const ServerView& view, Findings& findings) {
  const auto& names = view.server().server_names;
  for_each_presented(view, [&](const Presented& presented) {
    const CertificateFacts& leaf = presented.chain.front().facts();
    const auto lost = std::ranges::find_if(names, [&](const std::string& name) {
      const std::string_view asked = asked_name(name);
      return !asked.empty() && !covers(leaf, asked);
    });
    if (lost == names.end()) return;
    findings.add_at(presented.item,
                    finding_for_file(view, presented.path, "is not for the server_name " + *lost));
  });
}

// An issuer that is a root need not be sent. That it is none shows where nginx has it in its store.
bool lacks_intermediate(const ServerView& view, const CertificateFacts& top) {
  if (top.self_issued) return false;
  bool has_intermediate = false;
  for (const Certificate& known : view.content.store) {
    if (!known.facts().is_ca || !(known.facts().subject == top.issuer)) continue;
    if (known.facts().self_signed) return false;
    has_intermediate = true;
  }
  return has_intermediate;
}

void chain_incomplete(const ServerView& view, Findings& findings) {
  for_each_presented(view, [&](const Presented& presented) {
    const CertificateFacts& top = trust::path_of(presented.chain).back()->facts();
    if (!lacks_intermediate(view, top)) return;
    findings.add_at(
        presented.item,
        finding_for_file(view, presented.path, "lacks the intermediate " + top.issuer.rfc2253));
  });
}

// Calls `look(path, certificates)` for each file of ssl_certificate that has some.
template <class Look>
void for_each_file(const ServerView& view, const Look& look) {
  if (!view.server().serves_tls()) return;
  for (const config::FileRef& reference : view.server().certificates.value) {
    for (const std::string& path : known_paths(reference)) {
      const pki::Material* material = view.material().content(&path);
      if (material != nullptr && earliest_expiry(*material)) look(path, *material);
    }
  }
}

void expired(const ServerView& view, Findings& findings) {
  std::size_t item = 0;
  for_each_file(view, [&](const std::string& path, const pki::Material& material) {
    ++item;
    const base::sys_seconds end = *earliest_expiry(material);
    if (!view.clock().has_come(end)) return;
    findings.add_at(item, finding_for_file(view, path, "expired at " + base::rfc3339(end)));
  });
}

struct Due {
  base::sys_seconds at;   // from then on
  base::sys_seconds end;  // this is soon
};

// The certificate whose end is near first; with a share of the lifetime that may be a later end.
std::optional<Due> first_due(const pki::Material& material, const Threshold& threshold) {
  std::optional<Due> first;
  for (const Certificate& certificate : material.certificates) {
    const pki::Validity& life = certificate.facts().validity;
    const auto before = time_before_end(threshold, life);
    if (!life.not_after || !before) continue;
    const Due due{.at = *life.not_after - *before, .end = *life.not_after};
    if (!first || due.at < first->at) first = due;
  }
  return first;
}

void expires_soon(const ServerView& view, Findings& findings) {
  const Threshold& threshold = view.thresholds().server_certificate_expires_soon;
  std::size_t item = 0;
  for_each_file(view, [&](const std::string& path, const pki::Material& material) {
    ++item;
    if (view.clock().has_come(*earliest_expiry(material))) return;
    const auto due = first_due(material, threshold);
    if (!due || !view.clock().has_come(due->at)) return;
    findings.add_at(item, finding_for_file(view, path, "expires at " + base::rfc3339(due->end)));
  });
}

constexpr std::array kEndRules{
    Rule{.kind = FindingKind::kServerCertificateExpired,
         .id = "server-certificate-expired",
         .severity = Severity::kCritical,
         .about = About::kFile,
         .effect = Effect::kRefuses,
         .meaning = "The server's own certificate has expired: nginx serves it all the same, and "
                    "clients refuse it.",
         .remedy = "Renew the certificate and reload nginx.",
         .check = expired},
    Rule{.kind = FindingKind::kServerCertificateExpiresSoon,
         .id = "server-certificate-expires-soon",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .effect = Effect::kRefusesSoon,
         .meaning = "A certificate of the chain that this server presents expires soon (within 14 "
                    "days, if the settings say nothing else).",
         .remedy = "Renew the certificate and reload nginx.",
         .check = expires_soon},
};

constexpr std::array kRules{
    Rule{.kind = FindingKind::kServerNameMismatch,
         .id = "server-name-mismatch",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .meaning = "The certificate that the server presents is not for a name that it serves: "
                    "clients that ask for this name refuse it.",
         .remedy = "Get a certificate for all names, or remove the name from server_name.",
         .check = name_mismatch},
    Rule{.kind = FindingKind::kServerChainIncomplete,
         .id = "server-chain-incomplete",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .meaning = "The server presents its certificate without the intermediate above it. nginx "
                    "does not add it, and clients that do not know it refuse the server.",
         .remedy = "Append the intermediates to the file of ssl_certificate.",
         .check = chain_incomplete},
};

}  // namespace

Subject server_certificate_rules() { return kEndRules; }

Subject presented_chain_rules() { return kRules; }

}  // namespace mtls::audit::rules
