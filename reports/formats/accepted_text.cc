#include "reports/formats/accepted_text.h"

#include "base/text.h"
#include "reports/formats/plain_text.h"

namespace mtls::reports::formats {
namespace {

// ` in SERVER at FILE:LINE`; "" for `check CA_BUNDLE`, which reads no configuration.
std::string place_of(const Issue& issue, const Assessment& assessment) {
  if (!has_places(assessment)) return "";
  std::string text;
  if (!issue.server.empty()) text += " in " + base::sanitize(issue.server, base::kMaxPathBytes);
  if (issue.position) text += " at " + written(*issue.position);
  return text;
}

std::string accepted_line(const Issue& issue, const Report& report) {
  std::string text = told("accepted: " + std::string(issue.rule) +
                              place_of(issue, report.assessment) + ": " + issue.message,
                          report);
  text += "  reason: " + issue.accepted->reason + "\n";
  if (issue.accepted->until) text += "  until: " + base::rfc3339(*issue.accepted->until) + "\n";
  return text;
}

}  // namespace

std::string accepted_section(const Report& report) {
  if (report.accepted.empty()) return "";
  std::string text = "\nAccepted, not counted: " + std::to_string(report.accepted.size()) + "\n";
  for (const Issue& issue : report.accepted) {
    text += accepted_line(issue, report);
  }
  return text;
}

}  // namespace mtls::reports::formats
