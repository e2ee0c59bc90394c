#include "reports/explain.h"

#include <array>
#include <optional>

#include "audit/rules/registry.h"
#include "audit/snapshot.h"
#include "base/text.h"
#include "catalogue/alerts.h"
#include "catalogue/log_lines.h"
#include "catalogue/names.h"
#include "catalogue/pasted_codes.h"
#include "catalogue/peers.h"
#include "catalogue/statuses.h"
#include "catalogue/verify_codes.h"

namespace mtls::reports {
namespace {

std::string field(std::string_view name, std::string_view text) {
  return text.empty() ? "" : "  " + std::string(name) + ": " + std::string(text) + "\n";
}

std::string heading(const audit::rules::Rule& rule) {
  return std::string(rule.id) + " (" + std::string(word(rule.severity)) + ")\n";
}

std::string more(const audit::rules::Rule& rule) {
  return field("more", "docs/findings.md#" + std::string(rule.id));
}

std::string rule_text(const audit::rules::Rule& rule) {
  return heading(rule) + field("meaning", rule.meaning) + field("remedy", rule.remedy) + more(rule);
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

// Who verified, where that changes how the paragraph below it is to be read.
std::string_view note_of(catalogue::Verifier by) {
  switch (by) {
    case catalogue::Verifier::kNginxUpstream:
      return "nginx verifies a backend here (proxy_ssl_verify, grpc_ssl_verify or "
             "uwsgi_ssl_verify). Where the text below says client, read backend; for clientAuth "
             "read serverAuth, for ssl_client_certificate proxy_ssl_trusted_certificate, for "
             "ssl_verify_depth proxy_ssl_verify_depth.\n";
    case catalogue::Verifier::kTool:
      return "openssl or curl verifies here; the text below says what the code means where nginx "
             "verifies a client. openssl verify judges as nginx does with -purpose sslclient "
             "-no-CApath -no-CAstore and nginx's -verify_depth. s_client and curl verify the "
             "server's certificate, with the CAs of their own host.\n";
    default: return "";
  }
}

std::string number_of(const catalogue::PastedCode& code) {
  std::string number = std::to_string(code.row->code);
  if (!code.is_old_number) return number;
  return std::to_string(code.row->old_code) + " in OpenSSL 1.1.1, " + number + " since 3.0";
}

std::string code_text(const catalogue::PastedCode& code) {
  const catalogue::VerifyCode& row = *code.row;
  const std::string_view old_text = code.is_old_number ? std::string_view{} : row.old_text;
  return std::string(note_of(code.by)) + std::string(row.name) + " (" + number_of(code) +
         "): " + std::string(row.text) + "\n" + field("in OpenSSL 1.1.1", old_text) +
         field("in OpenSSL 3.6", row.new_text) + field("meaning", row.meaning) +
         field("consequence", consequence_of(row)) + causes_of(row) + field("remedy", row.remedy);
}

// A row without words of its own has those of its rule.
std::string line_text(const catalogue::LogLine& line) {
  if (!line.finding) {
    const std::string_view title = line.part.substr(0, line.part.find_last_not_of(" (\":,") + 1);
    return std::string(title) + "\n" + field("meaning", line.meaning) + field("cause", line.cause) +
           field("remedy", line.remedy);
  }
  const audit::rules::Rule& rule = audit::rules::rule_of(*line.finding);
  return heading(rule) + field("meaning", line.meaning.empty() ? rule.meaning : line.meaning) +
         field("cause", line.cause) +
         field("remedy", line.remedy.empty() ? rule.remedy : line.remedy) + more(rule);
}

std::string cause_text(std::string_view who, const catalogue::AlertCause& of) {
  return field("sent by", who) + field("cause", of.cause) + field("remedy", of.remedy);
}

// nginx logs alerts that it received, never those that it sent.
std::string alert_text(const catalogue::TlsAlert& alert, catalogue::Peer peer) {
  constexpr std::string_view kClient = "the peer, a client of nginx, about what nginx showed it";
  constexpr std::string_view kBackend = "the peer, a backend, about what nginx showed it";
  const std::string begin = "TLS alert " + alert.name() + " (" + std::to_string(alert.number) +
                            ")\n" + field("meaning", alert.meaning);
  switch (peer) {
    case catalogue::Peer::kClient: return begin + cause_text(kClient, alert.of_client);
    case catalogue::Peer::kBackend: return begin + cause_text(kBackend, alert.of_backend);
    case catalogue::Peer::kServer:
      return begin + cause_text(
                         "the peer, a server, about what the client (openssl, curl) showed it. For "
                         "nginx read that client below, for proxy_ssl_certificate its certificate. "
                         "nginx as the server sends no alert for a certificate that it refuses "
                         "(ssl_conf_command VerifyMode apart): it answers 400",
                         alert.of_backend);
    default:
      return begin +
             cause_text("the line does not say. If a client sent it to nginx:", alert.of_client) +
             cause_text("if a backend sent it to nginx, or a server to another client:",
                        alert.of_backend);
  }
}

std::string status_text(const catalogue::Status& status) {
  return "status " + std::to_string(status.code) + "\n" + field("meaning", status.meaning) +
         field("cause", status.cause) + field("remedy", status.remedy);
}

std::string named_text(const catalogue::NamedThing& thing) {
  std::string text = thing.name + " (" + thing.kind + ")\n";
  for (const catalogue::NamedField& one : thing.fields) text += field(one.name, one.text);
  return text + field("more", thing.more);
}

// Alerts and metrics by name, and findings beside them: `nginx_mtls_findings{rule="ca-expired"}`.
std::optional<std::string> names_text(std::string_view line) {
  const auto things = catalogue::named_things_in(line);
  if (things.empty()) return std::nullopt;
  std::string text;
  for (const catalogue::NamedThing* thing : things) {
    text += (text.empty() ? "" : "\n") + named_text(*thing);
  }
  for (const std::string_view word : catalogue::words_of(line)) {
    if (const auto* rule = audit::rules::find_rule(word)) text += "\n" + rule_text(*rule);
  }
  return text;
}

std::optional<std::string> explained(std::string_view line) {
  if (const auto* rule = audit::rules::find_rule(line)) return rule_text(*rule);
  if (auto names = names_text(line)) return names;
  if (const auto code = catalogue::pasted_code(line)) return code_text(*code);
  if (const auto* alert = catalogue::find_tls_alert(line)) {
    return alert_text(*alert, catalogue::peer_of(line));
  }
  if (const auto* known = catalogue::find_log_line(line)) return line_text(*known);
  if (const auto* status = catalogue::find_status(line)) return status_text(*status);
  return std::nullopt;
}

// A single word may be a misspelt finding, so the findings are listed for it.
std::string unknown(std::string_view line) {
  std::string text =
      "nothing is known about \"" + base::sanitize(line, base::kMaxPathBytes) +
      "\"\n  known are: what nginx, openssl and curl say about certificates; X509_V_ERR_* by "
      "number (0 to 100), name or text; TLS alerts by name or number (alert 42); "
      "the statuses 495, 496, 497 and 499; the names of alerts, metrics and "
      "findings\n";
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
