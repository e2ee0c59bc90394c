// Rules about the canaries: client certificates that the settings name, with the answer that each
// should get.
#include <algorithm>
#include <array>

#include "audit/loaded.h"
#include "audit/rules/places.h"
#include "audit/rules/rules.h"
#include "base/text.h"

namespace mtls::audit::rules {
namespace {

// A client that the certificate check lets through.
bool passes_check(const ServerView& view, const Verdict& verdict) {
  const config::VerifyClient mode = view.server().verify_client.value;
  if (!verdict.handshake_alert.empty()) return false;
  if (verdict.client_verify == "NONE") return mode != config::VerifyClient::kOn;
  return lets_through(mode, verdict.code);
}

std::string by_guard(const ServerView& view, const Verdict& verdict) {
  std::string text = "passes the certificate check (" + verdict.client_verify + ") and is refused";
  if (verdict.refused_by) {
    text += " by " + base::sanitize(verdict.refused_by->directive) + " at " +
            view.snapshot.config->document->path_of(verdict.refused_by->at.file) + ":" +
            std::to_string(verdict.refused_by->at.line);
  }
  if (!verdict.refused_paths.empty()) text += " at " + verdict.refused_paths.front();
  if (verdict.http_status) text += "; GET / gives " + std::to_string(*verdict.http_status);
  return text;
}

// "": it has none.
std::string certificate_of(const ServerView& view, const Verdict& verdict) {
  const auto canary = std::ranges::find(view.snapshot.canaries, verdict.canary, &Canary::name);
  return canary == view.snapshot.canaries.end() ? "" : canary->path;
}

std::string refusal(const ServerView& view, const Verdict& verdict) {
  const std::string_view reason = verdict.client_verify;
  const bool failed = reason.starts_with("FAILED:");
  if (!verdict.handshake_alert.empty())
    return "is disconnected in the handshake (" + verdict.handshake_alert + ")";
  if (passes_check(view, verdict)) return by_guard(view, verdict);
  if (verdict.offered == false)
    return "never sends its certificate: its key and nginx agree on no signature";
  const bool is_http = view.server().id.module == config::Module::kHttp;
  if (!failed && certificate_of(view, verdict).empty())
    return std::string("has no certificate, and ") + (is_http ? "gets 400" : "is disconnected");
  if (!failed) return "is never asked for a certificate: the default server decides";
  return (is_http ? "gets 400 (" : "is disconnected (") + std::to_string(verdict.code) + ":" +
         std::string(reason.substr(std::string_view("FAILED:").size())) + ")";
}

// X509_V_ERR_*
bool is_about_crls(int code) {
  constexpr std::array kCodes{3, 4, 6, 8, 11, 12, 15, 16, 23, 33, 35, 36, 44, 54};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

// The directive whose file or value decides about the client.
std::optional<base::SourceLocation> place_of(const ServerView& view, const Verdict& verdict) {
  constexpr int kChainTooLong = 22;
  if (passes_check(view, verdict) && verdict.refused_by) return verdict.refused_by->at;
  const config::TlsContext* owner = view.owner();
  if (owner == nullptr) return place_beside(view.server());
  const bool is_crl = is_about_crls(verdict.code) || (verdict.accepted && owner->crl.at);
  if (is_crl && owner->crl.at) return owner->crl.at;
  if (verdict.code == kChainTooLong && owner->verify_depth.at) return owner->verify_depth.at;
  const bool failed = verdict.client_verify != "NONE";
  const auto named = failed ? naming_directive(*owner, client_ca_file(view))
                            : std::optional<base::SourceLocation>{};
  return named ? *named : place_beside(view.server());
}

// "": that of the rule.
std::string remedy_for(const ServerView& view, const Verdict& verdict) {
  if (passes_check(view, verdict) && verdict.refused_by)
    return "Let the guard pass this client, or expect of the canary that it is refused.";
  if (verdict.client_verify == "NONE") {
    return certificate_of(view, verdict).empty()
               ? "Give the client a certificate, or expect of the canary that it is refused."
               : "Let the default server of the address ask for the same certificates, or reject "
                 "handshakes there (ssl_reject_handshake on).";
  }
  const bool is_ca_missing = verdict.code == 2 || (verdict.code >= 18 && verdict.code <= 21);
  if (verdict.code == 0 || is_ca_missing) return "";  // trust is what is missing
  return "Renew or correct what the code names; nginx-mtls-exporter explain " +
         std::to_string(verdict.code) + " says what that can be.";
}

void rejected(const ServerView& view, Findings& findings) {
  for (std::size_t i = 0; i < view.facts.verdicts.size(); ++i) {
    const Verdict& verdict = view.facts.verdicts[i];
    const bool is_as_expected = verdict.expect != Expect::kAccept || verdict.accepted;
    if (is_as_expected || !verdict.is_judged) continue;
    Finding finding = finding_in_file(view, certificate_of(view, verdict),
                                      verdict.canary + " " + refusal(view, verdict));
    finding.at = place_of(view, verdict);
    finding.remedy = remedy_for(view, verdict);
    findings.add_at(i, std::move(finding));
  }
}

void wrongly_accepted(const ServerView& view, Findings& findings) {
  for (std::size_t i = 0; i < view.facts.verdicts.size(); ++i) {
    const Verdict& verdict = view.facts.verdicts[i];
    const bool is_as_expected = verdict.expect != Expect::kReject || !verdict.accepted;
    if (is_as_expected || !verdict.is_judged) continue;
    Finding finding =
        finding_in_file(view, certificate_of(view, verdict), verdict.canary + " is accepted");
    finding.at = place_of(view, verdict);
    findings.add_at(i, std::move(finding));
  }
}

void unreadable(const HostView& host, Findings& findings) {
  for (const Canary& canary : host.snapshot.canaries) {
    const auto file = host.material().file(&canary.path);
    if (!file) continue;
    const bool has_certificate = file->material && !file->material->certificates.empty();
    if (has_certificate && file->material->block_errors.empty()) continue;
    // What is judged after all: nginx's OpenSSL or ours does not decode a date (R9.18).
    if (file->material && (pki::has_short_time(*file->material) || !file->material->unread.empty()))
      continue;
    const std::string why = file->error        ? std::string(word(file->error->code))
                            : !has_certificate ? "holds no certificate"
                                               : "holds a broken block";
    Finding finding = finding_at({}, canary.name + ": " + canary.path + ": " + why);
    finding.path = canary.path;
    findings.add(std::move(finding));
  }
}

std::string listed(const std::vector<std::string>& globs) {
  std::string text;
  for (const std::string& glob : globs) text += (text.empty() ? "\"" : ", \"") + glob + "\"";
  return text;
}

void matches_no_server(const HostView& host, Findings& findings) {
  for (const Canary& canary : host.snapshot.canaries) {
    const bool matches = std::ranges::any_of(
        host.resolved().servers,
        [&](const config::TlsContext& server) { return asks(server) && canary.concerns(server); });
    if (canary.servers.empty() || matches) continue;
    findings.add(finding_at({}, canary.name +
                                    ": no server block that asks for client "
                                    "certificates matches " +
                                    listed(canary.servers)));
  }
}

// Of the files, for the same server block; nullptr: there it is not known.
const Verdict* verdict_of_files(const Snapshot& snapshot, const config::ContextId& id,
                                const std::string& canary) {
  const auto& servers = snapshot.config->resolved.servers;
  const auto server = std::ranges::find(servers, id, &config::TlsContext::id);
  if (server == servers.end()) return nullptr;
  const auto& verdicts =
      snapshot.servers[static_cast<std::size_t>(server - servers.begin())]->verdicts;
  const auto verdict = std::ranges::find(verdicts, canary, &Verdict::canary);
  return verdict != verdicts.end() && verdict->is_judged ? &*verdict : nullptr;
}

std::string said(const Verdict& verdict) {
  return std::string(verdict.accepted ? "accepts" : "refuses") + " it (" + verdict.client_verify +
         ")";
}

// What clients that came showed; of a server block that the files do not have any more nothing is
// said.
void add_untruths(const HostView& host, Untruth kind, Findings& findings) {
  if (!host.snapshot.observed_truth) return;
  for (const ServerUntruth& untruth : host.snapshot.observed_truth->untruths) {
    const auto& servers = host.resolved().servers;
    const auto server = std::ranges::find(servers, untruth.id, &config::TlsContext::id);
    if (untruth.kind != kind || server == servers.end()) continue;
    Finding finding =
        finding_at(place_beside(*server),
                   std::string("nginx ") + (untruth.was_accepted ? "accepted" : "refused") +
                       " a client of the CA with the key " + untruth.issuer_key +
                       ", and with the files on the disk it would be " +
                       (untruth.was_accepted ? "refused" : "accepted"));
    finding.context = untruth.id;
    finding.effect = untruth.was_accepted ? Effect::kLetsIn : Effect::kRefuses;
    findings.add(std::move(finding));
  }
}

void loaded_trust_stale(const HostView& host, Findings& findings) {
  add_untruths(host, Untruth::kStale, findings);
}

// The member of the trust store with that key, and its file.
Finding about_observed_ca(const ServerAudit& judged, const config::TlsContext& server,
                          const CaState& ca, const std::string& what) {
  const auto& members = judged.store.members;
  const auto member = std::ranges::find_if(members, [&](const pki::paths::Member& one) {
    return one.certificate.facts().key.label() == ca.ca;
  });
  Finding finding = finding_at(place_beside(server), ca.subject + " (key " + ca.ca + ") " + what);
  finding.context = server.id;
  if (member == members.end()) return finding;
  finding.fingerprint = member->certificate.facts().fingerprint;
  auto position = static_cast<std::size_t>(member - members.begin());
  for (const StoreFile& file : judged.store_files) {
    if (position < file.certificates) {
      finding.path = file.path;
      break;
    }
    position -= file.certificates;
  }
  if (const auto at = naming_directive(server, finding.path)) finding.at = *at;
  return finding;
}

// Calls `look(judged, server, clients)` for each block of the configuration that is observed.
template <class Look>
void for_each_observed(const HostView& host, const Look& look) {
  if (!host.snapshot.observed_truth) return;
  const auto& servers = host.resolved().servers;
  for (const ServerClients& clients : host.snapshot.observed_truth->clients) {
    const auto server = std::ranges::find(servers, clients.id, &config::TlsContext::id);
    if (server == servers.end()) continue;
    const auto index = static_cast<std::size_t>(server - servers.begin());
    look(*host.snapshot.servers[index], *server, clients);
  }
}

void ca_unused(const HostView& host, Findings& findings) {
  for_each_observed(host, [&](const ServerAudit& judged, const config::TlsContext& server,
                              const ServerClients& clients) {
    for (const CaState& ca : clients.cas) {
      if (ca.stage == CaStage::kUnused)
        findings.add(about_observed_ca(judged, server, ca,
                                       "is trusted, and no client that nginx accepted came by it "
                                       "within the window of the observer"));
    }
  });
}

void of_public_ca(const HostView& host, Findings& findings) {
  for_each_observed(host, [&](const ServerAudit& judged, const config::TlsContext& server,
                              const ServerClients& clients) {
    for (const CaState& ca : clients.cas) {
      if (!ca.is_public || ca.stage != CaStage::kInUse) continue;
      const std::size_t number = ca.use.clients;
      findings.add(about_observed_ca(
          judged, server, ca,
          "is a public CA, and " + std::to_string(number) +
              (number == 1 ? " client comes by it; its" : " clients come by it; their") +
              " last certificate ends " + base::rfc3339(ca.use.until)));
    }
  });
}

void verdict_differs(const HostView& host, Findings& findings) {
  add_untruths(host, Untruth::kDiffers, findings);
  const Loaded* loaded = host.snapshot.loaded.get();
  if (loaded == nullptr || !loaded->config || loaded->servers.empty()) return;
  for (std::size_t i = 0; i < loaded->servers.size(); ++i) {
    const ServerAudit* server = loaded->server(host.snapshot, i);
    if (server == nullptr) continue;
    const config::TlsContext& context = loaded->config->resolved.servers[i];
    for (const Verdict& verdict : server->verdicts) {
      const Verdict* files = verdict_of_files(host.snapshot, context.id, verdict.canary);
      if (files == nullptr || !verdict.is_judged || files->accepted == verdict.accepted) continue;
      Finding finding = finding_at(
          std::nullopt, "client " + verdict.canary + ": the running nginx " + said(verdict) +
                            ", and with the files on the disk it " + said(*files));
      finding.context = context.id;
      const auto& servers = host.resolved().servers;
      finding.at = place_beside(*std::ranges::find(servers, context.id, &config::TlsContext::id));
      findings.add(std::move(finding));
    }
  }
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kCanaryRejected,
         .id = "canary-rejected",
         .severity = Severity::kCritical,
         .about = About::kText,
         .effect = Effect::kRefuses,
         .meaning = "A client that must be accepted will be refused.",
         .remedy = "Trust the CA that issued its certificate, up to the root, or let the client "
                   "send the intermediates; nginx-mtls-exporter explain CODE says more.",
         .narrow_remedy = "Remove the public web CAs first (trust-widened-by-public-roots). Trust "
                          "only the CA that issued this client's certificate.",
         .check = rejected},
    Rule{.kind = FindingKind::kCanaryWronglyAccepted,
         .id = "canary-wrongly-accepted",
         .severity = Severity::kCritical,
         .about = About::kText,
         .effect = Effect::kLetsIn,
         .meaning = "A client that must be refused will be accepted.",
         .remedy = "Revoke its certificate and put the CRL behind ssl_crl; if none of its CA's "
                   "clients should pass, do not trust the CA here.",
         .check = wrongly_accepted},
    Rule{.kind = FindingKind::kCanaryUnreadable,
         .id = "canary-unreadable",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .meaning = "The certificate of a known client cannot be read here: nothing is predicted "
                    "for the client, and its metrics are missing.",
         .remedy = "Put its certificate, leaf first, where the settings say, readable by the "
                   "exporter.",
         .check = unreadable},
    Rule{.kind = FindingKind::kCanaryMatchesNoServer,
         .id = "canary-matches-no-server",
         .severity = Severity::kWarning,
         .about = About::kText,
         .meaning = "A canary is judged nowhere: its servers globs match no server block that asks "
                    "for client certificates.",
         .remedy = "Name a server that asks for client certificates, or remove servers.",
         .check = matches_no_server},
    Rule{.kind = FindingKind::kLiveVerdictDiffers,
         .id = "live-verdict-differs",
         .severity = Severity::kWarning,
         .about = About::kText,
         .meaning = "The running nginx, with what it has loaded, decides otherwise about a known "
                    "client than it will after its next reload, or about a client that came than "
                    "anything here explains.",
         .remedy = "Reload nginx if the files are right; otherwise correct them first.",
         .check = verdict_differs},
    Rule{.kind = FindingKind::kLoadedTrustStale,
         .id = "loaded-trust-stale",
         .severity = Severity::kCritical,
         .about = About::kText,
         .meaning = "A client came, and nginx decided as its CA files were when it read them, not "
                    "as they are now.",
         .remedy = "Reload nginx if the files are right; otherwise correct them first.",
         .check = loaded_trust_stale},
    Rule{.kind = FindingKind::kClientCertificatesOfPublicCa,
         .id = "client-certificates-of-public-ca",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .effect = Effect::kRefusesSoon,
         .meaning = "Clients come with certificates of a public web CA. Public CAs stop issuing "
                    "certificates for clients, so the next ones of these clients will be refused.",
         .remedy = "Give these clients certificates of a CA of your own before they renew; "
                   "nginx-mtls-exporter clients --ca KEY lists them.",
         .check = of_public_ca},
    Rule{.kind = FindingKind::kCaUnused,
         .id = "ca-unused",
         .severity = Severity::kInfo,
         .about = About::kFile,
         .meaning = "A client CA is trusted here that no client has used for the whole window of "
                    "the observer, which missed none.",
         .remedy = "Take it out of the bundle if nobody is meant to come by it. Keep it if clients "
                   "come less often than observer.window.",
         .check = ca_unused},
};

}  // namespace

Subject canary_rules() { return kRules; }

}  // namespace mtls::audit::rules
