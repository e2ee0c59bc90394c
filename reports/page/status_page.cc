#include "reports/page/status_page.h"

#include "reports/dates.h"
#include "reports/explain.h"
#include "reports/markup.h"
#include "reports/page/client_section.h"
#include "reports/page/finding_section.h"
#include "reports/page/html.h"
#include "reports/page/live_section.h"
#include "reports/page/server_section.h"
#include "reports/page/style.h"

namespace mtls::reports::page {
namespace {

// The headline: one colour, what it comes to, and further lines of HTML.
struct Verdict {
  Mood mood = Mood::kNeutral;
  std::string title;
  std::string more = {};
};

std::string opened(const PageLinks& links, const Verdict& verdict) {
  const std::string host = links.host.empty() ? "" : text(links.host) + " · ";
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>" +
         text(verdict.title) + " · " + host + "nginx-mtls-exporter</title><style>" +
         std::string(style()) +
         "</style></head>\n<body><a class=\"skip\" href=\"#verdict\">Skip to the verdict</a>\n"
         "<header><p><strong>" +
         host +
         "nginx-mtls-exporter</strong></p><nav aria-label=\"Exporter\"><ul>"
         "<li><a href=\"./\">Status</a></li><li><a href=\"" +
         escape_markup(links.telemetry_path) +
         "\">Metrics</a></li><li><a href=\"api/v1/check\">JSON</a></li>"
         "<li><a href=\"explain\">Explain an error</a></li></ul></nav></header>\n<main>\n"
         "<div class=\"verdict " +
         std::string(word(verdict.mood)) + "\" id=\"verdict\" tabindex=\"-1\"><h1>" +
         text(verdict.title) + "</h1>" + verdict.more + "</div>\n";
}

std::string closed(const PageLinks& links, const std::string& more) {
  return "</main>\n<footer><p>nginx-mtls-exporter " + text(links.version) +
         " · <a href=\"-/healthy\">healthy</a> · <a href=\"-/ready\">ready</a></p>" + more +
         "<p>The documentation is in <code>/usr/share/doc/nginx-mtls-exporter</code>: findings.md "
         "has "
         "a chapter for each rule.</p></footer></body></html>\n";
}

std::string day(base::sys_seconds at) {
  constexpr std::size_t kDay = 10;
  return base::rfc3339(at).substr(0, kDay);
}

// What matters most, worst first.
Verdict title_of(const PageFacts& facts, const std::optional<NextDate>& next) {
  const Outlook& outlook = facts.outlook();
  if (outlook.refusing > 0 && outlook.open_servers > 0)
    return {Mood::kBad, "Clients are refused now, and somebody gets in who should not"};
  if (outlook.refusing > 0) return {Mood::kBad, "Clients are refused now"};
  if (outlook.open_servers > 0) return {Mood::kBad, "Somebody gets in who should not"};
  if (outlook.nginx_refuses) return {Mood::kBad, "nginx will not reload or start"};
  if (outlook.other_critical > 0) return {Mood::kBad, "Something critical needs you now"};
  if (outlook.refusing_soon > 0)
    return {Mood::kDoubtful, next ? "Act by " + day(next->at) : "Act soon"};
  if (outlook.unread_files > 0) return {Mood::kDoubtful, "Not everything is known"};
  if (facts.has_cause(audit::FindingKind::kReloadPending))
    return {Mood::kDoubtful, "nginx waits for a reload"};
  if (outlook.asks_nobody) return {Mood::kNeutral, "Nothing to judge"};
  return {Mood::kGood, "All well"};
}

std::string sentence(std::string words) {
  if (!words.empty() && words.front() >= 'a' && words.front() <= 'z' && !words.starts_with("nginx"))
    words.front() = static_cast<char>(words.front() - 'a' + 'A');
  return words + ".";
}

Verdict verdict_of(const PageFacts& facts) {
  const std::optional<NextDate> next = next_date(facts.assessment());
  Verdict verdict = title_of(facts, next);
  const std::size_t warnings = facts.count(audit::Severity::kWarning);
  verdict.more = "<p>" + text(sentence(words_of(facts.outlook()))) +
                 (warnings > 0 ? " " + counted(warnings, "warning", "warnings") + "." : "") +
                 "</p>";
  if (next)
    verdict.more += "<p><strong>Next date:</strong> " + date(next->at, facts.now()) + ", " +
                    text(next->what) + ".</p>";
  return verdict;
}

std::string facts_line(const PageFacts& facts) {
  const audit::ConfigView& view = *facts.snapshot().config;
  std::string html = "<dl class=\"facts\">";
  const auto add = [&](std::string_view name, const std::string& value) {
    html += "<div><dt>" + std::string(name) + "</dt><dd>" + value + "</dd></div>";
  };
  add("nginx", to_string(facts.assessment().policy().build.version));
  add("Configuration", code(facts.assessment().policy().nginx_conf) + ", " +
                           counted(view.document->files.size(), "file", "files"));
  add("Evaluated", base::rfc3339(facts.now()));
  if (const auto next = facts.snapshot().next_change_at)
    add("Next change by time alone", base::rfc3339(*next));
  return html + "</dl>\n";
}

// While the text cannot be read, everything below is of the last one that could.
std::string stale_note(const audit::ConfigView& view) {
  if (view.parsed()) return "";
  if (!view.last_success)
    return "<p><span class=\"bad\">The configuration was never understood</span>, so nothing is "
           "known of its server blocks.</p>\n";
  return "<p><span class=\"bad\">The configuration is not understood.</span> The server blocks "
         "below "
         "are those of the last one that was, read at " +
         base::rfc3339(*view.last_success) + ".</p>\n";
}

std::string refresh_note(const PageQuery& query) {
  PageQuery other = query;
  other.is_refreshing = !query.is_refreshing;
  const std::string link = "<a href=\"" + text(address_of(other)) + "\">";
  return query.is_refreshing
             ? "<p>This page loads itself again every " + std::to_string(kRefresh.count()) +
                   " seconds. " + link + "Stop that</a></p>"
             : "<p>This page does not refresh itself. " + link + "Refresh it every minute</a></p>";
}

}  // namespace

std::string status_page(const audit::Snapshot& snapshot, const PageLinks& links,
                        const PageQuery& query) {
  const PageFacts facts(snapshot, query);
  return opened(links, verdict_of(facts)) + facts_line(facts) + stale_note(*snapshot.config) +
         finding_section(facts) + server_section(facts) + client_section(facts) +
         live_section(snapshot) + file_section(facts) + accepted_section(facts) +
         closed(links, refresh_note(query));
}

std::string waiting_page(const PageLinks& links) {
  return opened(links, {.mood = Mood::kNeutral, .title = "The first evaluation is under way"}) +
         closed(links, "");
}

std::string explain_page(const PageLinks& links, std::string_view question) {
  std::string html =
      opened(links, {.mood = Mood::kNeutral,
                     .title = question.empty() ? "Explain an error" : "What it means"}) +
      "<form action=\"explain\" method=\"get\"><label for=\"q\">A rule, a verify code, or a line "
      "that "
      "nginx, openssl or curl printed</label><br><input id=\"q\" name=\"q\" type=\"search\" "
      "maxlength=\"" +
      std::to_string(kMaxQuestion) + "\" value=\"" + text(question) +
      "\"> <button type=\"submit\">Explain</button></form>\n";
  if (!question.empty()) {
    const Explanation found = explain(question);
    html += "<pre class=\"explained\" tabindex=\"0\"><code>" +
            escape_markup(found.text + found.unknown) + "</code></pre>\n";
  }
  return html + closed(links, "");
}

}  // namespace mtls::reports::page
