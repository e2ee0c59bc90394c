// Rules about whether clients can believe the certificate that a server block presents.
#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

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

constexpr std::array kRules{
    Rule{.kind = FindingKind::kServerNameMismatch,
         .id = "server-name-mismatch",
         .severity = Severity::kWarning,
         .meaning = "The certificate that the server presents is not for a name that it serves: "
                    "clients that ask for this name refuse it.",
         .remedy = "Get a certificate for all names, or remove the name from server_name.",
         .check = name_mismatch},
    Rule{.kind = FindingKind::kServerChainIncomplete,
         .id = "server-chain-incomplete",
         .severity = Severity::kWarning,
         .meaning = "The server presents its certificate without the intermediate above it. nginx "
                    "does not add it, and clients that do not know it refuse the server.",
         .remedy = "Append the intermediates to the file of ssl_certificate.",
         .check = chain_incomplete},
};

}  // namespace

Subject presented_chain_rules() { return kRules; }

}  // namespace mtls::audit::rules
