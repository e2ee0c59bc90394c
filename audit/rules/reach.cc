// Rules about who can reach a server block: names that lead elsewhere, TLS contexts and CAs of
// other blocks that count, ways past the client certificate.
#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "audit/rules/places.h"
#include "audit/rules/rules.h"
#include "config/routing/reach.h"

namespace mtls::audit::rules {
namespace {

using config::LostName;
using config::SocketRole;
using config::TlsContext;
using config::VerifyClient;

std::string block_at(const ServerView& view, std::size_t server) {
  const base::SourceLocation at = view.resolved().servers[server].at;
  return "the server block at " + view.snapshot.config->document->path_of(at.file) + ":" +
         std::to_string(at.line);
}

// `_` and "" are what a default server is called, so that nobody asks for it by that name.
bool matters(const config::ResolvedConfig& resolved, const LostName& lost) {
  const bool is_placeholder = lost.name.empty() || lost.name == "_";
  return !is_placeholder || resolved.sockets[lost.socket].default_server != lost.server;
}

// Each name, or as many as one can read.
std::string listed(const ServerView& view, const std::vector<LostName>& lost) {
  constexpr std::size_t kShown = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(lost.size(), kShown); ++i) {
    const LostName& one = lost[i];
    const config::Socket& socket = view.resolved().sockets[one.socket];
    text += (i == 0 ? "\"" : ", \"") + one.name + "\" on " + socket.canonical + " leads to " +
            block_at(view, one.winner);
  }
  return lost.size() <= kShown ? text
                               : text + ", and " + std::to_string(lost.size() - kShown) + " more";
}

// The block that has the name asks nobody for a certificate, though this one does.
bool is_open_instead(const ServerView& view, const LostName& lost) {
  const TlsContext& winner = view.resolved().servers[lost.winner];
  return view.resolved().sockets[lost.socket].ssl &&
         view.server().verify_client.value != VerifyClient::kOff &&
         winner.verify_client.value == VerifyClient::kOff && !winner.reject_handshake.value;
}

// The server_name that is taken; the listen where the block has none.
base::SourceLocation place_of(const ServerView& view, const std::vector<LostName>& lost) {
  const TlsContext& server = view.server();
  for (const LostName& one : lost) {
    if (const auto at = directive_in(*server.directive, "server_name", one.name)) return *at;
  }
  return server.listens.empty() ? server.at : server.listens.front().at;
}

// A default server answers whatever no name is known for; this block has no name at all.
std::string why_dead(const ServerView& view, std::size_t owner) {
  const bool has_labels = view.resolved().servers[owner].id == view.server().id;
  return has_labels ? block_at(view, owner) + " has the same name and address"
                    : "no name leads here, and " + block_at(view, owner) +
                          " is the default server of the address";
}

void shadowed(const ServerView& view, Findings& findings) {
  const config::ResolvedConfig& resolved = view.resolved();
  std::vector<LostName> lost;
  std::ranges::copy_if(resolved.lost_names_of(view.index), std::back_inserter(lost),
                       [&](const LostName& one) { return matters(resolved, one); });
  const std::size_t owner = resolved.label_owner(view.index);
  if (lost.empty() && owner == view.index) return;
  const auto open =
      std::ranges::find_if(lost, [&](const auto& one) { return is_open_instead(view, one); });
  if (open == lost.end()) {
    Finding finding = finding_for(view, lost.empty() ? why_dead(view, owner) : listed(view, lost));
    finding.at = place_of(view, lost);
    findings.add(std::move(finding));
    return;
  }
  const std::string winner = block_at(view, open->winner);
  Finding finding = finding_for(view, listed(view, lost) + "; " + winner +
                                          " asks nobody for a certificate, so \"" + open->name +
                                          "\" is open to everybody");
  finding.at = place_of(view, {*open});
  finding.effect = Effect::kLetsIn;
  finding.remedy = "Move ssl_verify_client and ssl_client_certificate into " + winner +
                   ", and remove this block or give it another name.";
  findings.add_as(Severity::kCritical, std::move(finding));
}

void inert(const ServerView& view, Findings& findings) {
  const config::ResolvedConfig& resolved = view.resolved();
  const TlsContext& server = view.server();
  if (server.verify_client.value == VerifyClient::kOff || server.is_shadowed) return;
  const bool is_own = server.verify_client.provenance == config::Provenance::kLocal;
  if (!server.on_tls_socket) {
    if (!is_own) return;
    findings.add(finding_for(view, "no listen of this server block speaks TLS"));
    return;
  }
  const auto owner = resolved.tls_owner(view.index);  // R3.44
  if (server.has_context || !owner) return;
  if (resolved.servers[*owner].verify_client.value != VerifyClient::kOff) return;
  findings.add(finding_for(view, "this server block has no certificate, so the TLS context of " +
                                     block_at(view, *owner) + " counts, which asks for none"));
}

bool has_same_trust_files(const TlsContext& a, const TlsContext& b) {
  return a.client_certificate.value == b.client_certificate.value &&
         a.trusted_certificate.value == b.trusted_certificate.value && a.crl.value == b.crl.value;
}

// A trust anchor of `theirs` that `ours` does not hold, not even as a renewed twin. Chains must end
// at one (R3.9), so other certificates let nobody in.
const pki::Certificate* foreign_ca(const trust::TrustContent& theirs,
                                   const trust::TrustContent& ours) {
  std::set<std::pair<std::string_view, pki::Fingerprint>> own;  // canonical subject, key
  for (const pki::Certificate& one : ours.store)
    own.emplace(one.facts().subject.canonical, one.facts().key);
  const auto found = std::ranges::find_if(theirs.store, [&](const pki::Certificate& one) {
    const pki::CertificateFacts& facts = one.facts();
    return (facts.self_signed || facts.trust_annotated) &&
           !own.contains({facts.subject.canonical, facts.key});
  });
  return found == theirs.store.end() ? nullptr : &*found;
}

struct Gain {
  std::string who;   // "": nobody
  std::string path;  // of the file that lets them in, or keeps them out here
};

// What a client gains that comes to the default server without SNI and names this block as Host
// (R3.42).
Gain gain(const ServerView& view, const TlsContext& by_default) {
  const TlsContext& server = view.server();
  const bool is_asked = by_default.verify_client.value != VerifyClient::kOff;
  if (!is_asked || has_same_trust_files(by_default, server)) return {};
  const trust::TrustContent theirs = trust::trust_content(view.material(), by_default, view.build);
  const trust::TrustContent ours = trust::trust_content(view.material(), server, view.build);
  if (ours.store.empty()) return {};  // its files cannot be read: another finding
  if (const pki::Certificate* foreign = foreign_ca(theirs, ours)) {
    return {"clients of " + foreign->facts().subject.rfc2253 + ", which is not trusted here",
            file_of_index(theirs, static_cast<std::size_t>(foreign - theirs.store.data()))};
  }
  const bool is_known = ours.unread.empty() && theirs.unread.empty();
  if (is_known && ours.check_crls && !theirs.check_crls) return {"revoked clients", ours.crl_path};
  return {};
}

// The listen of `server` that opens the socket.
std::optional<base::SourceLocation> listen_on(const config::Socket& socket,
                                              const TlsContext& server) {
  const auto found = std::ranges::find_if(server.listens, [&](const config::Listen& listen) {
    return listen.canonical() == socket.canonical && listen.transport == socket.transport;
  });
  return found == server.listens.end() ? std::nullopt : std::optional(found->at);
}

void default_server_ca(const ServerView& view, Findings& findings) {
  const config::ResolvedConfig& resolved = view.resolved();
  const TlsContext& server = view.server();
  if (!asks(server) || !server.has_context) return;
  for (const SocketRole& role : resolved.reaches[view.index].roles) {
    const auto bypass = config::routing::default_server_bypass(resolved, role, view.index);
    const Gain found = bypass ? gain(view, resolved.servers[*bypass]) : Gain{};
    if (found.who.empty()) continue;
    const config::Socket& socket = resolved.sockets[role.socket];
    Finding finding =
        finding_in_file(view, found.path,
                        "without SNI, the default server of " + socket.canonical + ", " +
                            block_at(view, *bypass) + ", lets in " + found.who);
    finding.at = listen_on(socket, resolved.servers[*bypass]);
    findings.add(std::move(finding));
    return;
  }
}

// R3.44: with CA settings of its own, which nothing reads.
void borrowed_ca(const ServerView& view, Findings& findings) {
  const config::ResolvedConfig& resolved = view.resolved();
  const TlsContext& server = view.server();
  const auto owner = resolved.tls_owner(view.index);
  if (!asks(server) || server.has_context || !owner) return;
  const TlsContext& judge = resolved.servers[*owner];
  if (judge.verify_client.value == VerifyClient::kOff || has_same_trust_files(judge, server))
    return;
  Finding finding = finding_in_file(view, client_ca_file(view),
                                    "this server block has no certificate, so the CAs of " +
                                        block_at(view, *owner) + " decide for all its clients");
  finding.at = server.client_certificate.at ? *server.client_certificate.at : place_beside(server);
  findings.add(std::move(finding));
}

void open_sibling(const ServerView& view, Findings& findings) {
  const config::ResolvedConfig& resolved = view.resolved();
  if (!asks(view.server()) || view.facts.enforced != true) return;
  const auto sibling = config::routing::open_sibling(resolved, view.index);
  if (!sibling) return;
  Finding finding = finding_for(view, block_at(view, *sibling) +
                                          " passes the same requests to the same backend and asks "
                                          "for no certificate");
  finding.at = place_beside(resolved.servers[*sibling]);
  findings.add(std::move(finding));
}

// At most one speaks: a block either has a certificate of its own or borrows a context.
void other_ca(const ServerView& view, Findings& findings) {
  default_server_ca(view, findings);
  borrowed_ca(view, findings);
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kServerShadowed,
         .id = "server-shadowed",
         .severity = Severity::kWarning,
         .about = About::kText,
         .meaning = "A name of this server block leads to an earlier one on the same address: "
                    "nginx warns (conflicting server name, ignored) and uses the first. Critical "
                    "where this block asks for client certificates and that one does not.",
         .remedy = "Remove one of the two blocks, or give it another name.",
         .check = shadowed},
    Rule{.kind = FindingKind::kInertTlsSettings,
         .id = "inert-tls-settings",
         .severity = Severity::kInfo,
         .about = About::kText,
         .meaning = "Client verification is configured in a server block that no TLS socket leads "
                    "to: the settings do nothing.",
         .remedy = "Add ssl to its listen, or remove the settings.",
         .check = inert},
    Rule{.kind = FindingKind::kDefaultServerOtherCa,
         .id = "default-server-other-ca",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .meaning = "The default server of the address trusts other client CAs. It judges clients "
                    "that send no SNI, and they may then ask for this server block by their Host "
                    "header (200, SUCCESS).",
         .remedy = "Add a default server with ssl_reject_handshake on, or give both blocks the "
                   "same CAs.",
         .narrow_remedy = "Remove the public web CAs first (trust-widened-by-public-roots). Add a "
                          "default server with ssl_reject_handshake on.",
         .edit = Edit::add_server("ssl_reject_handshake", "on"),
         .check = other_ca},
    Rule{.kind = FindingKind::kSniSiblingWithoutMtls,
         .id = "sni-sibling-without-mtls",
         .severity = Severity::kWarning,
         .about = About::kText,
         .meaning = "Another name on the same address leads to the same backend, and asks no "
                    "client for a certificate.",
         .remedy = "Demand client certificates there too, or remove the backend from it.",
         .check = open_sibling},
};

}  // namespace

Subject reach_rules() { return kRules; }

}  // namespace mtls::audit::rules
