// Rules about the server's own side of TLS: what it presents to clients and speaks with them.
#include <algorithm>
#include <cctype>
#include <string_view>

#include "audit/rules/rules.h"
#include "audit/trust/presented_chain.h"
#include "base/text.h"

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

void name_mismatch(const ServerView& view, const std::string& path, const Certificate& leaf,
                   std::vector<Finding>& findings) {
  const auto& names = view.server().server_names;
  const auto lost = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
    const std::string_view asked = asked_name(name);
    return !asked.empty() && !covers(leaf.facts(), asked);
  });
  if (lost == names.end()) return;
  findings.push_back(finding_for_file(view, FindingKind::kServerNameMismatch, path,
                                      "is not for the server_name " + *lost));
}

// An issuer that is a root need not be sent. That it is none shows where nginx has it in its store.
void chain_incomplete(const ServerView& view, const std::string& path,
                      const std::vector<Certificate>& presented, std::vector<Finding>& findings) {
  const CertificateFacts& top = trust::path_of(presented).back()->facts();
  if (top.self_issued) return;
  bool has_intermediate = false;
  for (const Certificate& known : view.content.store) {
    if (!known.facts().is_ca || !(known.facts().subject == top.issuer)) continue;
    if (known.facts().self_signed) return;
    has_intermediate = true;
  }
  if (!has_intermediate) return;
  findings.push_back(finding_for_file(view, FindingKind::kServerChainIncomplete, path,
                                      "lacks the intermediate " + top.issuer.rfc2253));
}

void presented(const ServerView& view, std::vector<Finding>& findings) {
  if (!view.server().on_tls_socket) return;
  for (const config::FileRef& reference : view.server().certificates.value) {
    const std::string* path = static_path(reference);
    const pki::Material* material = trust::material_of(view.snapshot, path);
    if (material == nullptr || material->certificates.empty()) continue;
    name_mismatch(view, *path, material->certificates.front(), findings);
    chain_incomplete(view, *path, material->certificates, findings);
  }
}

// Only where somebody wrote it: the old default names them too, and OpenSSL 3 refuses them then.
void legacy_protocols(const ServerView& view, std::vector<Finding>& findings) {
  using config::Protocol;
  const config::Setting<config::ProtocolSet>& protocols = view.server().protocols;
  const bool is_written = protocols.provenance != config::Provenance::kDefault;
  const bool is_legacy =
      protocols.value.has(Protocol::kTls1) || protocols.value.has(Protocol::kTls11);
  if (!view.server().has_context || !is_written || !is_legacy) return;
  findings.push_back(
      finding_for(view, FindingKind::kLegacyProtocols, "ssl_protocols " + protocols.value.text()));
  findings.back().at = protocols.at;
}

Finding of_server(const config::TlsContext& server, FindingKind kind, const std::string& detail) {
  return {.kind = kind,
          .context = server.id,
          .path = {},
          .fingerprint = {},
          .at = server.at,
          .detail = base::sanitize(detail, base::kMaxPathBytes)};
}

}  // namespace

void server_side_rules(const ServerView& view, std::vector<Finding>& findings) {
  presented(view, findings);
  legacy_protocols(view, findings);
}

void strength_rules(const Snapshot& snapshot, std::vector<Finding>& findings) {
  const auto& servers = snapshot.config->resolved.servers;
  for (const auto& [index, weak] : snapshot.strength.weak_ciphers) {
    findings.push_back(of_server(servers[index], FindingKind::kWeakCiphers,
                                 weak.size() == 1 ? "accepts " + weak.front()
                                                  : "accepts " + weak.front() + " and " +
                                                        std::to_string(weak.size() - 1) + " more"));
    findings.back().at = servers[index].ciphers.at;
  }
  for (const config::TlsContext& server : servers) {
    const std::string* dhparam = static_path(server.dhparam.value);
    if (dhparam == nullptr || !server.has_context) continue;
    const auto known = snapshot.strength.dh_bits.find(*dhparam);
    constexpr int kLeastBits = 2048;
    const bool is_weak =
        known != snapshot.strength.dh_bits.end() && known->second && *known->second < kLeastBits;
    if (!is_weak) continue;
    findings.push_back(of_server(server, FindingKind::kDhparamWeak,
                                 *dhparam + " has " + std::to_string(*known->second) + " bits"));
    findings.back().at = server.dhparam.at;
    findings.back().path = *dhparam;
  }
}

}  // namespace mtls::audit::rules
