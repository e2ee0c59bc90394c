// Rules about the canaries: client certificates that the settings name, with the answer that each
// should get.
#include <algorithm>
#include <array>

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

std::string refusal(const ServerView& view, const Verdict& verdict) {
  const std::string_view reason = verdict.client_verify;
  const bool failed = reason.starts_with("FAILED:");
  if (!verdict.handshake_alert.empty())
    return "is disconnected in the handshake (" + verdict.handshake_alert + ")";
  if (passes_check(view, verdict)) return by_guard(view, verdict);
  if (verdict.offered == false)
    return "never sends its certificate: its key and nginx agree on no signature";
  if (!failed) return "is never asked for a certificate: the default server decides";
  const bool is_http = view.server().id.module == config::Module::kHttp;
  return (is_http ? "gets 400 (" : "is disconnected (") + std::to_string(verdict.code) + ":" +
         std::string(reason.substr(std::string_view("FAILED:").size())) + ")";
}

void rejected(const ServerView& view, Findings& findings) {
  for (std::size_t i = 0; i < view.facts.verdicts.size(); ++i) {
    const Verdict& verdict = view.facts.verdicts[i];
    if (verdict.expect != Expect::kAccept || verdict.accepted || !verdict.is_judged) continue;
    Finding finding = finding_for(view, verdict.canary + " " + refusal(view, verdict));
    if (passes_check(view, verdict) && verdict.refused_by) finding.at = verdict.refused_by->at;
    findings.add_at(i, std::move(finding));
  }
}

void wrongly_accepted(const ServerView& view, Findings& findings) {
  for (std::size_t i = 0; i < view.facts.verdicts.size(); ++i) {
    const Verdict& verdict = view.facts.verdicts[i];
    if (verdict.expect != Expect::kReject || !verdict.accepted) continue;
    findings.add_at(i, finding_for(view, verdict.canary + " is accepted"));
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

constexpr std::array kRules{
    Rule{.kind = FindingKind::kCanaryRejected,
         .id = "canary-rejected",
         .severity = Severity::kCritical,
         .meaning = "A client that must be accepted will be refused.",
         .remedy = "Renew or trust what the code names.",
         .check = rejected},
    Rule{.kind = FindingKind::kCanaryWronglyAccepted,
         .id = "canary-wrongly-accepted",
         .severity = Severity::kCritical,
         .meaning = "A client that must be refused will be accepted.",
         .remedy = "Remove its CA from the bundle, or revoke its certificate.",
         .check = wrongly_accepted},
    Rule{.kind = FindingKind::kCanaryUnreadable,
         .id = "canary-unreadable",
         .severity = Severity::kWarning,
         .meaning = "The certificate of a known client cannot be read here: nothing is predicted "
                    "for the client, and its metrics are missing.",
         .remedy = "Put its certificate, leaf first, where the settings say, readable by the "
                   "exporter.",
         .check = unreadable},
    Rule{.kind = FindingKind::kCanaryMatchesNoServer,
         .id = "canary-matches-no-server",
         .severity = Severity::kWarning,
         .meaning = "A canary is judged nowhere: its servers globs match no server block that asks "
                    "for client certificates.",
         .remedy = "Name a server that asks for client certificates, or remove servers.",
         .check = matches_no_server},
};

}  // namespace

Subject canary_rules() { return kRules; }

}  // namespace mtls::audit::rules
