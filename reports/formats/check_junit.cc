#include "reports/formats/check_junit.h"

#include <map>
#include <vector>

#include "base/text.h"
#include "reports/formats/plain_text.h"
#include "reports/markup.h"

namespace mtls::reports::formats {
namespace {

constexpr std::string_view kHost = "host";

// In an attribute or between tags, without control characters, which XML 1.0 forbids.
std::string xml(const std::string& text) {
  return escape_markup(base::sanitize(text, base::kMaxPathBytes));
}

std::string attribute(std::string_view name, const std::string& value) {
  return " " + std::string(name) + "=\"" + xml(value) + "\"";
}

std::string attribute(std::string_view name, std::size_t value) {
  return " " + std::string(name) + "=\"" + std::to_string(value) + "\"";
}

struct Suite {
  std::string name;
  std::string cases = {};
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t skipped = 0;
};

std::string case_of(const Suite& suite, const Issue& issue, const Report& report,
                    const std::string& inside) {
  const FilePosition place = place_of(issue, report);
  std::string text =
      "    <testcase" + attribute("classname", suite.name) +
      attribute("name", std::string(issue.rule) + (issue.path.empty() ? "" : " " + issue.path)) +
      attribute("file", place.file);
  if (place.line > 0) text += attribute("line", place.line);
  return text + ">" + inside + "</testcase>\n";
}

void add(const Issue& issue, const Report& report, Suite& suite) {
  ++suite.tests;
  if (issue.accepted) {
    ++suite.skipped;
    suite.cases +=
        case_of(suite, issue, report,
                "<skipped" + attribute("message", "accepted: " + issue.accepted->reason) + "/>");
  } else if (fails(issue, report)) {
    ++suite.failures;
    suite.cases += case_of(suite, issue, report,
                           "<failure" + attribute("type", std::string(word(issue.severity))) +
                               attribute("message", issue.message) + ">" + xml(one_line(issue)) +
                               "</failure>");
  } else {
    suite.cases +=
        case_of(suite, issue, report, "<system-out>" + xml(one_line(issue)) + "</system-out>");
  }
}

// The host first, then the server blocks in the order of the configuration.
std::vector<Suite> suites_of(const Report& report) {
  std::vector<Suite> suites{{.name = std::string(kHost)}};
  std::map<std::string, std::size_t> places{{"", 0}};
  for (const config::TlsContext& server : report.assessment.resolved().servers) {
    const std::string id = id_text(server.id);
    if (places.try_emplace(id, suites.size()).second) suites.push_back({.name = id});
  }
  for (const auto* issues : {&report.issues, &report.accepted}) {
    for (const Issue& issue : *issues) {
      const auto [place, is_new] = places.try_emplace(issue.server, suites.size());
      if (is_new) suites.push_back({.name = issue.server});
      add(issue, report, suites[place->second]);
    }
  }
  for (Suite& suite : suites) {
    if (suite.tests > 0) continue;
    suite.tests = 1;
    suite.cases = "    <testcase" + attribute("classname", suite.name) +
                  attribute("name", "no finding") + "/>\n";
  }
  return suites;
}

std::string totals(std::size_t tests, std::size_t failures, std::size_t skipped) {
  return attribute("tests", tests) + attribute("failures", failures) +
         attribute("errors", std::size_t{0}) + attribute("skipped", skipped);
}

}  // namespace

std::string check_junit(const Report& report) {
  std::string body;
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t skipped = 0;
  // xs:dateTime without a zone, which is what Jenkins' schema asks for.
  std::string at = base::rfc3339(report.assessment.snapshot.evaluated_at);
  if (at.ends_with('Z')) at.pop_back();
  for (const Suite& suite : suites_of(report)) {
    tests += suite.tests;
    failures += suite.failures;
    skipped += suite.skipped;
    body += "  <testsuite" + attribute("name", suite.name) +
            totals(suite.tests, suite.failures, suite.skipped) + attribute("timestamp", at) +
            ">\n" + suite.cases + "  </testsuite>\n";
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" +
         attribute("name", std::string("nginx-mtls-exporter check")) +
         totals(tests, failures, skipped) + ">\n" + body + "</testsuites>\n";
}

}  // namespace mtls::reports::formats
