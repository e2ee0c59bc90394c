#include "audit/finding.h"

namespace mtls::audit {

std::string_view word(Severity severity) {
  switch (severity) {
    case Severity::kCritical: return "critical";
    case Severity::kWarning: return "warning";
    case Severity::kInfo: break;
  }
  return "info";
}

std::optional<Severity> parse_severity(std::string_view text) {
  for (const Severity severity : {Severity::kCritical, Severity::kWarning, Severity::kInfo}) {
    if (word(severity) == text) return severity;
  }
  return std::nullopt;
}

}  // namespace mtls::audit
