#include "reports/status_page.h"

#include "audit/rules/registry.h"
#include "base/text.h"
#include "reports/assessment.h"
#include "reports/live_section.h"
#include "reports/markup.h"

namespace mtls::reports {
namespace {

constexpr std::string_view kStyle =
    "<style>:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;margin:2rem "
    "auto;max-width:70rem;"
    "padding:0 1rem}table{border-collapse:collapse;width:100%;margin:.5rem 0 "
    "1.5rem}th,td{text-align:left;padding:.3rem "
    ".7rem .3rem 0;border-bottom:1px solid "
    "#8884;vertical-align:top}.critical{color:#c22;font-weight:600}.warning{color:"
    "#b60}code{font-size:.95em}</style>";

std::string head(const PageLinks& links) {
  std::string page =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>nginx-mtls-exporter</title>";
  page += kStyle;
  page +=
      "</head><body><h1>nginx-mtls-exporter</h1><p>mTLS certificate health of this nginx host. "
      "Version ";
  page += escape_markup(links.version);
  page += ". <a href=\"" + escape_markup(links.telemetry_path) +
          "\">Metrics</a> · <a href=\"/-/healthy\">healthy</a> · "
          "<a href=\"/-/ready\">ready</a></p>";
  return page;
}

std::string cell(std::string_view text) {
  return "<td>" + escape_markup(base::sanitize(text)) + "</td>";
}

std::string instant(std::optional<base::sys_seconds> at) { return at ? base::rfc3339(*at) : "–"; }

std::string enforced(const config::TlsContext& server, const audit::ServerAudit& audit) {
  if (!config::asks(server)) return "–";
  if (!audit.enforced) return "undecidable";
  return *audit.enforced ? "yes" : "no";
}

std::string server_table(const audit::Snapshot& snapshot) {
  std::string table =
      "<h2>Server blocks with "
      "TLS</h2><table><tr><th>server<th>listen<th>ssl_verify_client<th>enforced"
      "<th>trust expires<th>canaries as expected</tr>";
  const auto& servers = snapshot.config->resolved.servers;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (!servers[i].serves_tls()) continue;
    const audit::ServerAudit& audit = *snapshot.servers[i];
    std::size_t as_expected = 0;
    for (const audit::Verdict& verdict : audit.verdicts) {
      if (!verdict.is_judged) continue;
      as_expected += verdict.accepted == (verdict.expect == audit::Expect::kAccept) ? 1 : 0;
    }
    table += "<tr>" + cell(servers[i].id.server) + cell(servers[i].id.listen) +
             cell(word(servers[i].verify_client.value)) + cell(enforced(servers[i], audit)) +
             cell(config::asks(servers[i]) ? instant(audit.trust_until) : "–") +
             cell(std::to_string(as_expected) + " of " + std::to_string(audit.verdicts.size())) +
             "</tr>";
  }
  return table + "</table>";
}

std::string finding_row(const audit::Finding& finding) {
  const audit::rules::Rule& rule = audit::rules::rule_of(finding.kind);
  const std::string severity(word(finding.severity));
  const config::ContextId id = finding.context.value_or(config::ContextId{});
  return "<tr><td class=\"" + severity + "\">" + severity + "</td><td><code>" +
         std::string(rule.id) + "</code></td>" + cell(id.server + " " + id.listen) + "<td>" +
         escape_markup(finding.detail) + "<br>" + escape_markup(audit::rules::remedy_of(finding)) +
         "</td></tr>";
}

// What an accepted finding has in place of what to do about it.
std::string acceptance_cell(const audit::Acceptance& accepted) {
  return escape_markup(accepted.reason) +
         (accepted.until ? "<br>until " + base::rfc3339(*accepted.until) : "");
}

std::string accepted_table(const audit::Snapshot& snapshot) {
  std::string rows;
  for (const audit::Finding& finding : accepted_findings_of(snapshot)) {
    const config::ContextId id = finding.context.value_or(config::ContextId{});
    rows += "<tr>" + cell(word(finding.severity)) + "<td><code>" +
            std::string(audit::rules::rule_of(finding.kind).id) + "</code></td>" +
            cell(id.server + " " + id.listen) + "<td>" + escape_markup(finding.detail) +
            "</td><td>" + acceptance_cell(*finding.accepted) + "</td></tr>";
  }
  if (rows.empty()) return "";
  return "<h2>Accepted findings</h2><table><tr><th>severity<th>rule<th>server<th>what<th>why it is "
         "accepted</tr>" +
         rows + "</table>";
}

std::string finding_table(const audit::Snapshot& snapshot) {
  const std::vector<audit::Finding> findings = findings_of(snapshot);
  if (findings.empty()) return "<h2>Findings</h2><p>None.</p>";
  std::string rows;
  for (const audit::Finding& finding : findings) rows += finding_row(finding);
  return "<h2>Findings</h2><table><tr><th>severity<th>rule<th>server<th>what and what to do</tr>" +
         rows + "</table>";
}

}  // namespace

std::string status_page(const audit::Snapshot& snapshot, const PageLinks& links) {
  const audit::ConfigView& view = *snapshot.config;
  std::string page = head(links);
  page += "<p>Configuration of " + std::to_string(view.document->files.size()) + " file(s), " +
          (view.parsed() ? "understood" : "<span class=\"critical\">not understood</span>") +
          "; evaluated " + base::rfc3339(snapshot.evaluated_at) + ", next change by time alone " +
          instant(snapshot.next_change_at) + ".</p>";
  page += live_section(snapshot);
  page += finding_table(snapshot);
  page += accepted_table(snapshot);
  page += server_table(snapshot);
  return page + "</body></html>\n";
}

std::string waiting_page(const PageLinks& links) {
  return head(links) + "<p>The first evaluation is under way.</p></body></html>\n";
}

}  // namespace mtls::reports
