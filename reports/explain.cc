#include "reports/explain.h"

#include <optional>

#include "audit/rules/registry.h"
#include "audit/snapshot.h"
#include "base/text.h"
#include "catalogue/log_lines.h"
#include "catalogue/verify_codes.h"

namespace mtls::reports {
namespace {

std::string field(std::string_view name, std::string_view text) {
  return "  " + std::string(name) + ": " + std::string(text) + "\n";
}

std::string rule_text(const audit::rules::Rule& rule) {
  return std::string(rule.id) + " (" + std::string(word(rule.severity)) + ")\n" +
         field("meaning", rule.meaning) + field("remedy", rule.remedy) +
         field("more", "docs/findings.md#" + std::string(rule.id));
}

std::string causes_of(const catalogue::VerifyCode& row) {
  std::string text;
  for (const std::string_view cause : row.causes) {
    if (!cause.empty()) text += "    - " + std::string(cause) + "\n";
  }
  return text.empty() ? "" : "  causes, the likeliest first:\n" + text;
}

// What nginx does when verification ends with this code (R3.30, R3.55).
std::string consequence_of(const catalogue::VerifyCode& row) {
  if (row.code == 0) return "the request is served";
  std::string text =
      "if it is a client's certificate, nginx answers 400 The SSL certificate error (stream: it "
      "closes the connection) and logs the code at level info; if it is a backend's, nginx "
      "answers 502";
  if (audit::lets_through(config::VerifyClient::kOptionalNoCa, row.code)) {
    text += "; ssl_verify_client optional_no_ca lets this code through";
  }
  return text;
}

std::string code_text(const catalogue::VerifyCode& row) {
  std::string text = std::string(row.name) + " (" + std::to_string(row.code) +
                     "): " + std::string(row.text) + "\n";
  if (!row.old_text.empty()) text += field("in OpenSSL 1.1.1", row.old_text);
  return text + field("meaning", row.meaning) + field("consequence", consequence_of(row)) +
         causes_of(row) + field("remedy", row.remedy);
}

std::string logged_code_text(const catalogue::VerifyCode& row,
                             const catalogue::LoggedCode& logged) {
  if (!logged.is_upstream) return code_text(row);
  return "nginx verifies a backend here (proxy_ssl_verify, grpc_ssl_verify or uwsgi_ssl_verify). "
         "Where the text below says client, read backend; for clientAuth read serverAuth, for "
         "ssl_client_certificate proxy_ssl_trusted_certificate, for ssl_verify_depth "
         "proxy_ssl_verify_depth.\n" +
         code_text(row);
}

std::string line_text(const catalogue::LogLine& line) {
  if (line.finding) return rule_text(audit::rules::rule_of(*line.finding));
  return std::string(line.part) + "\n" + field("meaning", line.meaning) +
         field("cause", line.cause) + field("remedy", line.remedy);
}

// $ssl_client_verify has the text of a code behind this prefix.
std::string_view without_failed(std::string_view text) {
  constexpr std::string_view kFailed = "FAILED:";
  if (text.starts_with(kFailed)) text.remove_prefix(kFailed.size());
  return text;
}

std::optional<std::string> explained(std::string_view line) {
  if (const auto* rule = audit::rules::find_rule(line)) return rule_text(*rule);
  if (const auto* code = catalogue::find_verify_code(without_failed(line))) return code_text(*code);
  if (const auto logged = catalogue::logged_code(line)) {
    const auto* code = catalogue::find_verify_code(logged->code);
    if (code != nullptr) return logged_code_text(*code, *logged);
  }
  if (const auto* known = catalogue::find_log_line(line)) return line_text(*known);
  return std::nullopt;
}

// A single word may be a misspelt finding, so the findings are listed for it.
std::string unknown(std::string_view line) {
  std::string text = "nothing is known about \"" + base::sanitize(line, base::kMaxPathBytes) +
                     "\"\n  known are: lines of nginx's error log about certificates; X509_V_ERR_* "
                     "by number (0 to 94), name or text; the findings\n";
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
