#include "reports/page/client_section.h"

#include <map>

#include "pki/openssl_release.h"
#include "reports/dates.h"
#include "reports/page/html.h"

namespace mtls::reports::page {
namespace {

constexpr std::size_t kMonth = 2;  // of audit::kHorizons

std::string toned(Mood mood, const std::string& html) {
  return "<span class=\"" + std::string(word(mood)) + "\">" + html + "</span>";
}

std::string clients_cell(const audit::ServerClients& clients) {
  if (clients.clients == 0) return "none came";
  std::string html = std::to_string(clients.clients);
  if (clients.outlook.unknown > 0)
    html += "<br><small>" + std::to_string(clients.outlook.unknown) +
            " of them cannot be judged in full</small>";
  return html;
}

std::string lockout_cell(const audit::ServerClients& clients, base::sys_seconds now) {
  const audit::Outlook& outlook = clients.outlook;
  if (!outlook.next_lockout) return "none in sight";
  const std::size_t within = outlook.lockouts.at(kMonth);
  const std::string when = date(*outlook.next_lockout, now);
  const std::string html = within > 0 ? toned(Mood::kDoubtful, when) : when;
  return html + "<br><small>" + std::to_string(within) + " of " +
         counted(outlook.accepted, "accepted client", "accepted clients") +
         " within 30 days</small>";
}

std::string words_of(const audit::CaState& ca, base::sys_seconds now) {
  switch (ca.stage) {
    case audit::CaStage::kAnnounced: return "announced: nginx has not loaded it yet";
    case audit::CaStage::kInUse:
      return "in use by " + counted(ca.use.clients, "client", "clients") +
             (ca.use.clients == 1 ? "; the certificate ends " : "; the last certificate ends ") +
             day(ca.use.until, now);
    case audit::CaStage::kUnused: return toned(Mood::kGood, "unused, safe to drop");
    case audit::CaStage::kLoaded: break;
  }
  return "nobody came by it; whether it can go is not known: " + text(with_dates(ca.why_kept, now));
}

std::string cas_cell(const audit::ServerClients& clients, base::sys_seconds now) {
  std::string html;
  for (const audit::CaState& ca : clients.cas) {
    html += (html.empty() ? "" : "<br>") + text(ca.subject) + "<br><small>" + code(ca.ca) + " " +
            words_of(ca, now) + "</small>";
  }
  return html.empty() ? "none" : html;
}

std::string refused_cell(const PageFacts& facts, const audit::ServerClients& clients) {
  const auto openssl = audit::openssl_of(facts.assessment().policy().build);
  const auto reason_of = [&](int number) {
    return number > 0 ? std::to_string(number) + ": " + pki::verify_text(number, openssl)
                      : "refused";
  };
  if (clients.refused == 0) return "none";
  std::string html = counted(clients.refused, "client", "clients");
  for (const audit::RefusedClient& one : clients.last_refused)
    html += "<br><small>" + code(one.fingerprint) + " " + text(reason_of(one.code)) + ", " +
            from_now(one.last_seen, facts.now()) + "</small>";
  return html;
}

}  // namespace

std::string client_section(const PageFacts& facts) {
  const audit::Snapshot& snapshot = facts.snapshot();
  if (!snapshot.observed_truth) return "";
  std::map<config::ContextId, const audit::ServerClients*> observed;
  for (const audit::ServerClients& one : snapshot.observed_truth->clients)
    observed.emplace(one.id, &one);
  Table table("Clients that came within the window of the observer",
              {{"Server block"}, {"Clients"}, {"Next lockout"}, {"Client CAs"}, {"Refused last"}});
  const Part part = servers_on_page(facts);
  for (std::size_t i = part.begin; i < part.end; ++i) {
    const config::ContextId& id = facts.server(facts.servers()[i]).id;
    const auto found = observed.find(id);
    if (found == observed.end()) continue;
    const audit::ServerClients& clients = *found->second;
    table.add({text(id.server.empty() ? "(no name)" : id.server) + "<br><small>" + text(id.listen) +
                   "</small>",
               clients_cell(clients), lockout_cell(clients, facts.now()),
               cas_cell(clients, facts.now()), refused_cell(facts, clients)});
  }
  const std::string html = table.html();
  if (html.empty()) return "";
  return "<section aria-labelledby=\"clients\"><h2 id=\"clients\">Clients</h2>\n" + html +
         "<p><code>nginx-mtls-exporter clients</code> lists them all.</p></section>\n";
}

}  // namespace mtls::reports::page
