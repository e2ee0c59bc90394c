// The rule about refused clients of whom nginx's log says nothing.
#include <algorithm>
#include <string_view>

#include "audit/rules/core_directives.h"
#include "audit/rules/rules.h"
#include "base/text.h"

namespace mtls::audit::rules {
namespace {

using config::Module;
using config::syntax::Directive;

// `client SSL certificate verify error` and its kin are of level info (R3.51); a debug level, also
// one for parts of nginx alone, is a greater number than that (ngx_log_set_levels).
bool shows_refusals(const Directive& log) {
  if (log.args.empty()) return false;
  const std::string& target = log.args.front().text;
  if (target == "/dev/null" || target.starts_with("memory:")) return false;
  return std::any_of(log.args.begin() + 1, log.args.end(),
                     [](const config::syntax::Argument& level) {
                       return level.text == "info" || level.text.starts_with("debug");
                     });
}

std::string detail_of(const InForce& logs) {
  if (logs.empty()) return "error_log is not set: nginx logs errors to its built-in place, no info";
  std::string detail;
  for (const Directive* log : logs) {
    detail += detail.empty() ? "error_log" : ", error_log";
    for (const config::syntax::Argument& word : log->args) detail += " " + word.text;
  }
  return base::sanitize(detail, base::kMaxPathBytes);
}

Finding finding_of(const config::TlsContext& server, const InForce& logs) {
  return {.kind = FindingKind::kErrorLogHidesVerifyFailures,
          .context = server.id,
          .path = {},
          .fingerprint = {},
          .at = server.at,
          .detail = detail_of(logs)};
}

}  // namespace

void error_log_rules(const Snapshot& snapshot, std::vector<Finding>& findings) {
  const CoreDirective logs(*snapshot.config->document, "error_log");
  for (const Module module : {Module::kHttp, Module::kStream, Module::kMail}) {
    for (const config::TlsContext& server : snapshot.config->resolved.servers) {
      if (server.id.module != module || !asks(server)) continue;
      const InForce own = logs.in(server);
      const bool shown = std::any_of(own.begin(), own.end(),
                                     [](const Directive* log) { return shows_refusals(*log); });
      if (!shown) findings.push_back(finding_of(server, own));
    }
  }
}

}  // namespace mtls::audit::rules
