// Rules about whether a client's revocation is noticed at all, and when.
#include <algorithm>
#include <array>

#include "audit/loaded.h"
#include "audit/rules/places.h"
#include "audit/rules/rules.h"
#include "audit/trust/resumption.h"

namespace mtls::audit::rules {
namespace {

bool asks_responder(const ServerView& view) {
  return view.server().ocsp.value != config::Ocsp::kOff;
}

bool checks_revocation(const ServerView& view) {
  return view.content.check_crls || asks_responder(view);
}

bool names_no_revocation(const ServerView& view) {
  return !view.server().crl.value && !asks_responder(view);
}

std::string kept_text(const trust::Resumption& kept) {
  const std::string who =
      kept.needs_ticketless_client ? "a TLS 1.2 client that takes no tickets" : "a revoked client";
  return kept.kept_by + ": " + who + " resumes its session for " +
         std::to_string(kept.window.count()) + " s after its last full handshake" +
         (kept.is_endless ? ", with TLS 1.3 again and again without end" : "");
}

void resumption(const ServerView& view, Findings& findings) {
  if (!asks(view.server()) || !checks_revocation(view)) return;
  const auto kept = trust::resumption(view.resolved(), view.index, view.build);
  if (!kept || kept->window.count() == 0) return;
  Finding finding = finding_for(view, kept_text(*kept));
  finding.at = kept->at;
  findings.add(std::move(finding));
}

// nullopt: no session of a revoked client survives a reload.
std::optional<trust::Resumption> outliving(const config::ResolvedConfig& resolved,
                                           std::size_t index, const config::NginxBuild& build) {
  const config::TlsContext& server = resolved.servers[index];
  const auto owner = resolved.tls_owner(index);
  const bool checks =
      (owner && resolved.servers[*owner].crl.value) || server.ocsp.value != config::Ocsp::kOff;
  if (!asks(server) || !checks) return std::nullopt;
  auto kept = trust::resumption(resolved, index, build);
  return kept && kept->window.count() > 0 ? kept : std::nullopt;
}

// What the files on the disk mend, and nginx has not loaded.
void resumption_as_loaded(const HostView& host, Findings& findings) {
  const Loaded* loaded = host.snapshot.loaded.get();
  if (loaded == nullptr || loaded->is_mixed || !loaded->config) return;
  if (loaded->config->document == host.snapshot.config->document) return;
  const config::NginxBuild& build = host.snapshot.policy->build;
  const config::ResolvedConfig& running = loaded->config->resolved;
  const auto& on_disk = host.resolved().servers;
  for (std::size_t i = 0; i < running.servers.size(); ++i) {
    const auto kept = outliving(running, i, build);
    if (!kept) continue;
    const auto same = std::ranges::find(on_disk, running.servers[i].id, &config::TlsContext::id);
    const bool is_there = same != on_disk.end();
    const auto next = is_there ? outliving(host.resolved(),
                                           static_cast<std::size_t>(same - on_disk.begin()), build)
                               : std::nullopt;
    if (next && next->window >= kept->window) continue;
    Finding finding =
        finding_at(is_there ? place_beside(*same) : running.servers[i].at,
                   kept_text(*kept) + "; the files on the disk " +
                       (next ? "shorten that" : "end that") + ", and nginx has not loaded them");
    finding.context = running.servers[i].id;
    finding.remedy = "Reload nginx.";
    findings.add(std::move(finding));
  }
}

void stapling_only(const ServerView& view, Findings& findings) {
  if (!asks(view.server()) || checks_revocation(view) || !names_no_revocation(view)) return;
  if (!view.server().stapling.value) return;
  Finding finding = finding_for(view, "ssl_stapling on, and neither ssl_crl nor ssl_ocsp");
  finding.at = view.server().stapling.at;
  findings.add(std::move(finding));
}

void no_revocation(const ServerView& view, Findings& findings) {
  if (!asks(view.server()) || !names_no_revocation(view)) return;
  findings.add_strict(finding_for(view, "no ssl_crl and no ssl_ocsp"));
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kResumptionOutlivesRevocation,
         .id = "resumption-outlives-revocation",
         .severity = Severity::kWarning,
         .about = About::kText,
         .meaning = "TLS sessions survive a reload here: a client that has been revoked since "
                    "resumes its session and is served (200, SUCCESS) until ssl_session_timeout.",
         .remedy = "Shorten ssl_session_timeout, or keep no sessions: set ssl_session_cache none "
                   "and no ssl_session_ticket_key in the default server of the address.",
         .edit = Edit::set("ssl_session_timeout"),
         .check = resumption,
         .check_loaded = resumption_as_loaded},
    Rule{.kind = FindingKind::kStaplingIsNotClientRevocation,
         .id = "stapling-is-not-client-revocation",
         .severity = Severity::kWarning,
         .about = About::kText,
         .meaning = "ssl_stapling is about the server's own certificate. Nothing here checks "
                    "whether a client's certificate has been revoked.",
         .remedy = "Set ssl_crl or ssl_ocsp on if client certificates can be revoked.",
         .check = stapling_only},
    Rule{.kind = FindingKind::kNoClientRevocation,
         .id = "no-client-revocation",
         .severity = Severity::kWarning,
         .about = About::kText,
         .strict_only = true,
         .meaning = "Neither ssl_crl nor ssl_ocsp is set: nginx serves a client whose certificate "
                    "has been revoked until the certificate expires.",
         .remedy = "Set ssl_crl to the CRLs of all CAs of the bundle, or issue certificates that "
                   "live only for days.",
         .check = no_revocation},
};

}  // namespace

Subject revocation_rules() { return kRules; }

}  // namespace mtls::audit::rules
