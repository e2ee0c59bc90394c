#include "reports/explain.h"

#include <optional>

#include "audit/judge.h"
#include "audit/rules/registry.h"
#include "base/text.h"
#include "catalogue/log_lines.h"
#include "catalogue/verify_codes.h"

namespace mtls::reports {
namespace {

std::string entry(std::string_view name, std::string_view text) {
  return "  " + std::string(name) + ": " + std::string(text) + "\n";
}

std::string of_rule(const audit::rules::Rule& rule) {
  return std::string(rule.id) + " (" + std::string(word(rule.severity)) + ")\n" +
         entry("meaning", rule.meaning) + entry("remedy", rule.remedy) +
         entry("more", "docs/findings.md#" + std::string(rule.id));
}

std::string causes_of(const catalogue::VerifyCode& row) {
  std::string text;
  for (const std::string_view cause : row.causes) {
    if (!cause.empty()) text += "    - " + std::string(cause) + "\n";
  }
  return text.empty() ? "" : "  causes, the likeliest first:\n" + text;
}

// What nginx does with it, R3.30 and R3.55.
std::string consequence_of(const catalogue::VerifyCode& row) {
  if (row.code == 0) return "the request is served";
  std::string text =
      "a client gets 400 The SSL certificate error (stream: the connection is "
      "closed), logged at level info; a backend's certificate makes 502";
  if (audit::lets_through(config::VerifyClient::kOptionalNoCa, row.code)) {
    text += "; ssl_verify_client optional_no_ca lets this one through";
  }
  return text;
}

std::string of_code(const catalogue::VerifyCode& row) {
  std::string text = std::string(row.name) + " (" + std::to_string(row.code) +
                     "): " + std::string(row.text) + "\n";
  if (!row.old_text.empty()) text += entry("in OpenSSL 1.1.1", row.old_text);
  return text + entry("meaning", row.meaning) + entry("consequence", consequence_of(row)) +
         causes_of(row) + entry("remedy", row.remedy);
}

std::string of_logged(const catalogue::VerifyCode& row, const catalogue::LoggedCode& logged) {
  if (!logged.is_upstream) return of_code(row);
  return "nginx verifies a backend here (proxy_ssl_verify on, or the same of grpc_ssl_ and "
         "uwsgi_ssl_): below, the client is the backend, its purpose serverAuth, the bundle "
         "proxy_ssl_trusted_certificate, the depth proxy_ssl_verify_depth.\n" +
         of_code(row);
}

std::string of_line(const catalogue::LogLine& line) {
  if (line.finding) return of_rule(audit::rules::rule_of(*line.finding));
  return std::string(line.part) + "\n" + entry("meaning", line.meaning) +
         entry("cause", line.cause) + entry("remedy", line.remedy);
}

// As it stands in a report, a variable or a log: `ca-expired`, `10`, `FAILED:certificate has …`.
std::string_view bare(std::string_view text) {
  constexpr std::string_view kFailed = "FAILED:";
  if (text.starts_with(kFailed)) text.remove_prefix(kFailed.size());
  return text;
}

std::optional<std::string> explained(std::string_view line) {
  if (const auto* rule = audit::rules::find_rule(line)) return of_rule(*rule);
  if (const auto* code = catalogue::find_verify_code(bare(line))) return of_code(*code);
  if (const auto logged = catalogue::logged_code(line)) {
    const auto* code = catalogue::find_verify_code(logged->code);
    if (code != nullptr) return of_logged(*code, *logged);
  }
  if (const auto* known = catalogue::find_log_line(line)) return of_line(*known);
  return std::nullopt;
}

// The findings are listed for one word alone, which may be one of them misspelt.
std::string unknown(std::string_view line) {
  std::string text = "nothing is known about \"" + base::sanitize(line, base::kMaxPathBytes) +
                     "\"\n  known are: lines of nginx's error log about certificates, "
                     "X509_V_ERR_* by number (0 to 94), name or text, and the findings\n";
  if (line.find(' ') != std::string_view::npos) return text;
  for (const audit::rules::Rule* rule : audit::rules::all_rules()) {
    text += "    " + std::string(rule->id) + "\n";
  }
  return text;
}

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t begin = line.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kBlank) - begin + 1);
}

}  // namespace

Explanation explain(std::string_view what) {
  Explanation all;
  while (!what.empty()) {
    const std::size_t end = what.find('\n');
    const std::string_view line = trimmed(what.substr(0, end));
    what.remove_prefix(end == std::string_view::npos ? what.size() : end + 1);
    if (line.empty()) continue;
    const auto text = explained(line);
    if (!text && all.unknown.empty()) all.unknown = unknown(line);
    if (text && all.text.find(*text) == std::string::npos) {
      all.text += (all.text.empty() ? "" : "\n") + *text;
    }
  }
  if (all.text.empty() && all.unknown.empty()) all.unknown = unknown("");
  return all;
}

}  // namespace mtls::reports
