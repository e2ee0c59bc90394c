#include "reports/page/server_section.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <variant>

#include "audit/loaded.h"
#include "reports/dates.h"
#include "reports/page/html.h"
#include "reports/rotation.h"

namespace mtls::reports::page {
namespace {

constexpr std::size_t kMaxCanaries = 3;  // named in one cell

std::string toned(Mood mood, std::string_view words) {
  return "<span class=\"" + std::string(word(mood)) + "\">" + text(words) + "</span>";
}

std::string small(const std::string& html) { return "<br><small>" + html + "</small>"; }

bool is_as_expected(const audit::Verdict& verdict) {
  if (verdict.expect == audit::Expect::kNothing) return true;
  return verdict.accepted == (verdict.expect == audit::Expect::kAccept);
}

// `2 of 3 as expected; not: billing`
std::string canaries_of(const audit::ServerAudit& judged) {
  std::size_t good = 0;
  std::size_t unknown = 0;
  std::vector<std::string> bad;
  for (const audit::Verdict& verdict : judged.verdicts) {
    if (!verdict.is_judged) {
      ++unknown;
    } else if (is_as_expected(verdict)) {
      ++good;
    } else {
      bad.push_back(verdict.canary + (verdict.accepted ? " gets in" : " is refused"));
    }
  }
  std::string html =
      std::to_string(good) + " of " + std::to_string(judged.verdicts.size()) + " as expected";
  if (unknown > 0) html += ", " + std::to_string(unknown) + " not known";
  for (std::size_t i = 0; i < std::min(bad.size(), kMaxCanaries); ++i)
    html += "<br>" + toned(Mood::kBad, bad[i]);
  if (bad.size() > kMaxCanaries)
    html += "<br>and " + std::to_string(bad.size() - kMaxCanaries) + " more";
  return html;
}

// When the first canary that gets in now will be refused.
std::string first_refusal(const audit::ServerAudit& judged, base::sys_seconds now) {
  const audit::Verdict* first = nullptr;
  for (const audit::Verdict& verdict : judged.verdicts) {
    if (verdict.expect == audit::Expect::kReject || !verdict.accepted_until) continue;
    if (first == nullptr || *verdict.accepted_until < *first->accepted_until) first = &verdict;
  }
  if (first == nullptr) return "";
  return small(text(first->canary) + " refused " + from_now(*first->accepted_until, now));
}

std::string canary_cell(const audit::ServerAudit& judged, const audit::ServerAudit* loaded,
                        base::sys_seconds now) {
  if (judged.verdicts.empty()) return "none";
  const std::string files = canaries_of(judged);
  const std::string running =
      loaded != nullptr && !loaded->verdicts.empty() ? canaries_of(*loaded) : "";
  if (running.empty()) return files + first_refusal(judged, now);
  if (running == files)
    return files + small("by the files and by the running nginx") + first_refusal(judged, now);
  return "Files: " + files + "<br>Running nginx: " + running + first_refusal(judged, now);
}

Mood mood_of_end(const PageFacts& facts, base::sys_seconds until) {
  if (until <= facts.now()) return Mood::kBad;
  const auto* soon =
      std::get_if<std::chrono::seconds>(&facts.assessment().policy().thresholds.ca_expires_soon);
  const std::chrono::seconds span = soon != nullptr ? *soon : audit::kCaWarningPeriod;
  return until - facts.now() <= span ? Mood::kDoubtful : Mood::kGood;
}

std::string day(base::sys_seconds at) {
  constexpr std::size_t kDay = 10;
  return base::rfc3339(at).substr(0, kDay);
}

std::string trust_cell(const PageFacts& facts, const config::TlsContext& server,
                       const audit::ServerAudit& judged) {
  if (!config::asks(server)) return "none asked for";
  if (!judged.trust_until) return "not known";
  const base::sys_seconds until = *judged.trust_until;
  if (until == base::kNoExpiry) return toned(Mood::kGood, "never ends");
  const Mood mood = mood_of_end(facts, until);
  return time_bar(until, facts.now(), mood) + toned(mood, from_now(until, facts.now())) +
         " <small>" + day(until) + "</small>";
}

std::string enforced_cell(const config::TlsContext& server, const audit::ServerAudit& judged) {
  if (!config::asks(server)) return "no certificate asked for";
  const std::string mode = small("ssl_verify_client " + text(word(server.verify_client.value)));
  const std::string note = judged.enforced_note.empty() ? "" : small(text(judged.enforced_note));
  if (!judged.enforced) return toned(Mood::kDoubtful, "undecidable") + mode + note;
  return (*judged.enforced ? toned(Mood::kGood, "yes") : toned(Mood::kBad, "no")) + mode + note;
}

std::string rotation_cell(const audit::ServerAudit& judged, base::sys_seconds now) {
  std::string html;
  for (const Rotation& rotation : rotations_of(judged, now)) {
    html += (html.empty() ? "" : "<br>") + text(rotation.subject) + " " + rotation.words;
    if (!rotation.advice.empty()) html += small(rotation.advice);
  }
  return html.empty() ? "none" : html;
}

std::string server_cell(const PageFacts& facts, const config::TlsContext& server) {
  const std::string name = server.id.server.empty() ? "(no name)" : text(server.id.server);
  const FilePosition at{.file = facts.assessment().document().path_of(server.at.file),
                        .line = server.at.line};
  const std::string more =
      server.server_names.size() > 1
          ? " and " + counted(server.server_names.size() - 1, "other name", "other names")
          : "";
  const std::string module =
      server.id.module == config::Module::kHttp ? "" : text(word(server.id.module)) + " ";
  return name + "<small>" + more + "</small>" + small(module + text(server.id.listen)) +
         small(code(written(at)));
}

// Which columns have anything to tell on this host.
struct Columns {
  bool canaries = false;
  bool rotation = false;
};

Columns columns_of(const audit::Snapshot& snapshot) {
  Columns columns{.canaries = !snapshot.canaries.empty(), .rotation = false};
  for (const auto& server : snapshot.servers) columns.rotation |= !server->rotation.empty();
  return columns;
}

std::vector<std::string> row(const PageFacts& facts, std::size_t index, Columns columns,
                             const audit::LoadedServers& loaded) {
  const config::TlsContext& server = facts.server(index);
  const audit::ServerAudit& judged = *facts.snapshot().servers[index];
  const ServerState state = facts.state(index);
  std::vector<std::string> cells{
      server_cell(facts, server),
      "<span class=\"badge " + std::string(word(state.mood)) + "\">" + state.words + "</span>",
      enforced_cell(server, judged), trust_cell(facts, server, judged)};
  if (columns.canaries) cells.push_back(canary_cell(judged, loaded.of(server.id), facts.now()));
  if (columns.rotation) cells.push_back(rotation_cell(judged, facts.now()));
  return cells;
}

std::string filter_form(const PageFacts& facts) {
  const PageQuery& query = facts.query();
  std::string form =
      "<form role=\"search\" action=\"./\" method=\"get\"><label for=\"q\">Name or address</label> "
      "<input id=\"q\" name=\"q\" type=\"search\" maxlength=\"" +
      std::to_string(kMaxSearch) + "\" value=\"" + text(query.search) + "\"> ";
  if (!query.is_refreshing) form += "<input type=\"hidden\" name=\"refresh\" value=\"off\">";
  form += "<button type=\"submit\">Filter</button>";
  if (!query.search.empty()) {
    PageQuery all;
    all.is_refreshing = query.is_refreshing;
    form += " <a href=\"" + text(address_of(all)) + "\">Show all</a>";
  }
  return form + "</form>\n";
}

std::string count_line(const PageFacts& facts, const Part& part) {
  const std::size_t shown = facts.servers().size();
  std::string line = facts.query().search.empty()
                         ? counted(shown, "server block", "server blocks") + " with TLS"
                         : std::to_string(shown) + " of " +
                               counted(facts.all_servers(), "server block", "server blocks") +
                               " match “" + text(facts.query().search) + "”";
  if (part.of > 1)
    line += ", " + std::to_string(part.begin + 1) + " to " + std::to_string(part.end) + " shown";
  return "<p>" + line + (shown > 1 ? ", the worst first" : "") + ".</p>\n";
}

struct FileUse {
  std::string_view kind;
  std::size_t servers = 0;
};

// The files of the server blocks on this page, with what they are for.
std::map<std::string, FileUse> files_on_page(const PageFacts& facts) {
  std::map<std::string, FileUse> files;
  const Part part = servers_on_page(facts);
  for (std::size_t i = part.begin; i < part.end; ++i) {
    const config::TlsContext& server = facts.server(facts.servers()[i]);
    std::map<std::string, std::string_view> own;
    const auto add = [&](const config::FileRef& reference, std::string_view kind) {
      for (const std::string& path : audit::known_paths(reference)) own.try_emplace(path, kind);
    };
    if (config::asks(server)) {
      if (server.client_certificate.value) add(*server.client_certificate.value, "client CAs");
      if (server.trusted_certificate.value) add(*server.trusted_certificate.value, "trusted CAs");
      if (server.crl.value) add(*server.crl.value, "CRLs");
    }
    for (const config::FileRef& reference : server.certificates.value)
      add(reference, "server certificate");
    for (const auto& [path, kind] : own) {
      FileUse& use = files.try_emplace(path, FileUse{.kind = kind}).first->second;
      ++use.servers;
    }
  }
  return files;
}

std::string holds(const pki::Material& material) {
  std::string words;
  if (!material.certificates.empty())
    words = counted(material.certificates.size(), "certificate", "certificates");
  if (!material.revocation_lists.empty())
    words += (words.empty() ? "" : ", ") + counted(material.revocation_lists.size(), "CRL", "CRLs");
  return words.empty() ? "nothing" : words;
}

std::optional<base::sys_seconds> end_of(const pki::Material& material) {
  std::optional<base::sys_seconds> end = audit::earliest_expiry(material);
  for (const pki::RevocationList& list : material.revocation_lists) {
    const std::optional<base::sys_seconds> ends = list.facts().ends();
    if (ends && (!end || *ends < *end)) end = ends;
  }
  return end;
}

std::string loaded_words(const audit::Snapshot& snapshot, const std::string& path) {
  switch (snapshot.loaded->state(path)) {
    case audit::LoadState::kLoaded: return "yes";
    case audit::LoadState::kPending: return toned(Mood::kDoubtful, "waits for a reload");
    case audit::LoadState::kUnknown: break;
  }
  return "not known";
}

std::vector<std::string> file_row(const PageFacts& facts, const std::string& path,
                                  const FileUse& use) {
  const audit::Snapshot& snapshot = facts.snapshot();
  std::vector<std::string> cells{code(path), text(use.kind),
                                 counted(use.servers, "server block", "server blocks")};
  const auto found = snapshot.material.find(path);
  if (found == snapshot.material.end()) {
    cells.insert(cells.end(), {"not read", "–"});
  } else if (const auto& file = *found->second; file.material == nullptr) {
    cells.insert(cells.end(),
                 {toned(Mood::kBad, file.error ? file.error->message : "not readable"), "–"});
  } else {
    const auto end = end_of(*file.material);
    cells.push_back(holds(*file.material));
    cells.push_back(!end                      ? "–"
                    : *end == base::kNoExpiry ? "never"
                                              : from_now(*end, facts.now()) + small(day(*end)));
  }
  if (snapshot.loaded) cells.push_back(loaded_words(snapshot, path));
  return cells;
}

}  // namespace

std::string server_section(const PageFacts& facts) {
  const audit::Snapshot& snapshot = facts.snapshot();
  const Columns columns = columns_of(snapshot);
  std::vector<Table::Head> heads{
      {"Server block"}, {"State"}, {"Enforced"}, {"Client CAs end", time_scale()}};
  if (columns.canaries) heads.push_back({"Canaries"});
  if (columns.rotation) heads.push_back({"CA rotation"});
  const Part part = servers_on_page(facts);
  const audit::LoadedServers loaded(snapshot);
  Table table("Server blocks: who gets in, and until when", heads);
  for (std::size_t i = part.begin; i < part.end; ++i)
    table.add(row(facts, facts.servers()[i], columns, loaded));
  const std::string canaries =
      columns.canaries ? ""
                       : "<p>No canaries are configured: client certificates that you know, whose "
                         "fate at each server block the exporter predicts.</p>\n";
  return "<section aria-labelledby=\"servers\"><h2 id=\"servers\">Server blocks</h2>\n" +
         filter_form(facts) + count_line(facts, part) + table.html() +
         pager(facts.query(), &PageQuery::servers, part, "the server blocks") + canaries +
         "</section>\n";
}

std::string file_section(const PageFacts& facts) {
  std::vector<Table::Head> heads{{"File"}, {"What it is"}, {"Used by"}, {"Holds"}, {"First end"}};
  if (facts.snapshot().loaded) heads.push_back({"Loaded by nginx"});
  Table table("Files of the server blocks above", heads);
  for (const auto& [path, use] : files_on_page(facts)) table.add(file_row(facts, path, use));
  const std::string html = table.html();
  if (html.empty()) return "";
  return "<section aria-labelledby=\"files\"><h2 id=\"files\">Files</h2>\n" + html + "</section>\n";
}

}  // namespace mtls::reports::page
