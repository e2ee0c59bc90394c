#include "reports/formats/check_sarif.h"

#include <array>
#include <map>
#include <string_view>

#include "audit/rules/registry.h"
#include "base/text.h"
#include "reports/formats/plain_text.h"
#include "reports/json.h"

namespace mtls::reports::formats {
namespace {

std::string_view level(audit::Severity severity) {
  switch (severity) {
    case audit::Severity::kCritical: return "error";
    case audit::Severity::kWarning: return "warning";
    case audit::Severity::kInfo: break;
  }
  return "note";
}

// RFC 3986: a path, absolute ones with the scheme.
std::string uri(const std::string& path) {
  constexpr std::string_view kPlain = "-._~/";
  std::string out = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || kPlain.find(c) != std::string_view::npos;
    const auto byte = static_cast<unsigned char>(c);
    out += is_plain ? std::string(1, c) : "%" + base::hex({&byte, 1});
  }
  return out;
}

Json text_json(const std::string& text) { return {{"text", text}}; }

Json rule_json(const audit::rules::Rule& rule) {
  return {{"id", rule.id},
          {"shortDescription", text_json(std::string(rule.id))},
          {"fullDescription", text_json(std::string(rule.meaning))},
          {"help", {{"text", rule.remedy}, {"markdown", rule.remedy}}},
          {"defaultConfiguration", {{"level", level(rule.severity)}}}};
}

Json locations_json(const FilePosition& place) {
  if (place.file.empty()) return Json::array();
  Json physical{{"artifactLocation", {{"uri", uri(place.file)}}}};
  if (place.line > 0) {
    physical["region"] = {{"startLine", place.line}};
    if (place.column > 0) physical["region"]["startColumn"] = place.column;
  }
  return Json::array({{{"physicalLocation", physical}}});
}

class Document {
 public:
  explicit Document(const Report& report) : report_(report) {
    for (const auto* issues : {&report.issues, &report.accepted}) {
      for (const Issue& issue : *issues) add(issue);
    }
  }

  Json json() && {
    return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
            {"version", "2.1.0"},
            {"runs", Json::array({{{"tool",
                                    {{"driver",
                                      {{"name", "nginx-mtls-exporter"},
                                       {"version", report_.version},
                                       {"rules", std::move(rules_)}}}}},
                                   {"columnKind", "utf16CodeUnits"},
                                   {"results", std::move(results_)}}})}};
  }

 private:
  void add(const Issue& issue) {
    const auto [rule, is_new] = places_.try_emplace(issue.rule, rules_.size());
    if (is_new) rules_.push_back(rule_json(audit::rules::rule_of(issue.kind)));
    const std::string where = issue.server.empty() ? "" : issue.server + ": ";
    Json result{{"ruleId", issue.rule},
                {"ruleIndex", rule->second},
                {"level", level(issue.severity)},
                {"message", text_json(where + one_line(issue))},
                {"locations", locations_json(place_of(issue, report_))},
                {"partialFingerprints", {{"nginxMtlsExporter/v1", fingerprint(issue)}}}};
    if (issue.accepted) {
      result["suppressions"] =
          Json::array({{{"kind", "external"}, {"justification", issue.accepted->reason}}});
    }
    results_.push_back(std::move(result));
  }

  // Equal ones are numbered in their order.
  std::string fingerprint(const Issue& issue) {
    const std::string text = std::string(issue.rule) + '\n' + issue.server + '\n' +
                             seen_from(report_.directory, issue.path) + '\n' +
                             place_of(issue, report_).file;
    const std::size_t number = seen_[text]++;
    const std::uint64_t hash = base::fnv1a(text + '\n' + std::to_string(number));
    std::array<unsigned char, sizeof hash> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
      bytes.at(bytes.size() - 1 - i) = static_cast<unsigned char>(hash >> (8 * i));
    return base::hex(bytes);
  }

  const Report& report_;
  std::map<std::string_view, std::size_t> places_;
  std::map<std::string, std::size_t> seen_;
  Json rules_ = Json::array();
  Json results_ = Json::array();
};

}  // namespace

std::string check_sarif(const Report& report) { return printed(Document(report).json()); }

}  // namespace mtls::reports::formats
