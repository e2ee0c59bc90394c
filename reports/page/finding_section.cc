#include "reports/page/finding_section.h"

#include <algorithm>

#include "reports/dates.h"
#include "reports/page/html.h"

namespace mtls::reports::page {
namespace {

constexpr std::size_t kCausesOnPage = 20;
constexpr std::size_t kMaxListed = 5;  // server blocks, places, and parts of one cause
constexpr std::string_view kCommand = "Run: ";

Mood mood_of(audit::Severity severity) {
  switch (severity) {
    case audit::Severity::kCritical: return Mood::kBad;
    case audit::Severity::kWarning: return Mood::kDoubtful;
    case audit::Severity::kInfo: break;
  }
  return Mood::kNeutral;
}

std::string badge(audit::Severity severity) {
  return "<span class=\"badge " + std::string(word(mood_of(severity))) + "\">" +
         std::string(word(severity)) + "</span>";
}

// What the exporter says of a rule, made on this host for this version.
std::string rule_link(std::string_view rule) {
  return "<a href=\"explain?q=" + encoded(rule) + "\"><code>" + text(rule) + "</code></a>";
}

// The first few as HTML, and how many more there are.
template <class T, class Write>
std::string listed(const std::vector<T>& all, const Write& write) {
  std::string html;
  const std::size_t shown = std::min(all.size(), kMaxListed);
  for (std::size_t i = 0; i < shown; ++i) html += (i == 0 ? "" : ", ") + write(all[i]);
  if (shown < all.size()) html += " and " + std::to_string(all.size() - shown) + " more";
  return html;
}

// A command has a block of its own, so that it can be copied.
std::string remedy_html(std::string_view remedy) {
  const std::size_t command = remedy.find(kCommand);
  if (command == std::string_view::npos) return "<p>" + text(remedy) + "</p>";
  const std::string before = text(remedy.substr(0, command));
  return (before.empty() ? "" : "<p>" + before + "</p>") + "<pre tabindex=\"0\"><code>" +
         text(remedy.substr(command + kCommand.size())) + "</code></pre>";
}

class Article {
 public:
  Article(const PageFacts& facts, const Cause& cause, std::size_t number)
      : facts_(facts), cause_(cause), id_("finding-" + std::to_string(number)) {}

  std::string html() const {
    const Issue& first = cause_.first();
    return "<article class=\"" + std::string(word(mood_of(first.severity))) +
           "\" aria-labelledby=\"" + id_ + "\"><h3 id=\"" + id_ + "\">" + badge(first.severity) +
           " " + who() + words(cause_.parts.front()) + "</h3>\n" + more_parts() + "<p>" +
           text(first.meaning) + "</p>\n<div class=\"remedy\"><h4>What to do</h4>" +
           remedy_html(cause_.remedy) + "</div>\n" + facts_list() + "</article>\n";
  }

 private:
  // Which server block: the first thing that somebody needs to know.
  std::string who() const {
    if (cause_.servers.empty()) return "";
    const std::size_t more = cause_.servers.size() - 1;
    return text(facts_.names().of(cause_.servers.front())) +
           (more > 0 ? " and " + std::to_string(more) + " more" : "") + ": ";
  }

  auto server_name() const {
    return [this](const std::string& id) { return text(facts_.names().of(id)); };
  }

  std::string words(const CausePart& part) const {
    return text(with_dates(part.message, facts_.now()));
  }

  std::string more_parts() const {
    std::string html;
    const std::size_t shown = std::min(cause_.parts.size(), kMaxListed + 1);
    for (std::size_t i = 1; i < shown; ++i) {
      const CausePart& part = cause_.parts[i];
      const bool is_of_some = !part.servers.empty() && part.servers.size() < cause_.servers.size();
      html += "<li>" + words(part) +
              (is_of_some ? " (at " + listed(part.servers, server_name()) + ")" : "") + "</li>";
    }
    if (shown < cause_.parts.size())
      html += "<li>and " + std::to_string(cause_.parts.size() - shown) + " more of it</li>";
    return html.empty() ? "" : "<ul>" + html + "</ul>\n";
  }

  std::string facts_list() const {
    std::string html = "<dl>";
    const auto add = [&](std::string_view name, const std::string& value) {
      html += "<div><dt>" + std::string(name) + "</dt><dd>" + value + "</dd></div>";
    };
    if (cause_.servers.size() > 1) add("Servers", listed(cause_.servers, server_name()));
    if (!cause_.positions.empty())
      add("Where",
          listed(cause_.positions, [](const FilePosition& at) { return code(written(at)); }));
    if (!cause_.first().path.empty()) add("File", code(cause_.first().path));
    add("Rule", rule_link(cause_.first().rule));
    return html + "</dl>";
  }

  const PageFacts& facts_;
  const Cause& cause_;
  std::string id_;
};

}  // namespace

std::string finding_section(const PageFacts& facts) {
  std::string html = "<section aria-labelledby=\"findings\"><h2 id=\"findings\">Findings</h2>\n";
  const auto& causes = facts.causes();
  if (causes.empty()) {
    return html + (facts.query().search.empty() ? "<p>None.</p>" : "<p>None for this filter.</p>") +
           "</section>\n";
  }
  const Part part = part_of(causes.size(), facts.query().findings, kCausesOnPage);
  for (std::size_t i = part.begin; i < part.end; ++i)
    html += Article(facts, *causes[i], i + 1).html();
  return html + pager(facts.query(), &PageQuery::findings, part, "the findings") + "</section>\n";
}

std::string accepted_section(const PageFacts& facts) {
  constexpr std::size_t kMaxAccepted = 100;
  const std::vector<Issue> issues = accepted_issues_of(facts.assessment());
  Table table("Findings that somebody lives with; they count nowhere",
              {{"Rule"}, {"Severity"}, {"Server"}, {"What"}, {"Why it is accepted"}});
  for (std::size_t i = 0; i < std::min(issues.size(), kMaxAccepted); ++i) {
    const Issue& issue = issues[i];
    const audit::Acceptance& accepted = *issue.accepted;
    table.add({rule_link(issue.rule), std::string(word(issue.severity)),
               issue.server.empty() ? "whole host" : text(facts.names().of(issue.server)),
               text(with_dates(issue.message, facts.now())),
               text(accepted.reason) +
                   (accepted.until ? "<br>until " + date(*accepted.until, facts.now()) : "")});
  }
  if (issues.empty()) return "";
  const std::string more =
      issues.size() > kMaxAccepted
          ? "<p>And " + std::to_string(issues.size() - kMaxAccepted) + " more, all in the JSON.</p>"
          : "";
  return "<section aria-labelledby=\"accepted\"><h2 id=\"accepted\">Accepted findings</h2>\n" +
         table.html() + more + "</section>\n";
}

}  // namespace mtls::reports::page
