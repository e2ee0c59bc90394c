#include "reports/formats/check_text.h"

#include <array>

#include "base/text.h"
#include "reports/causes.h"
#include "reports/formats/accepted_text.h"
#include "reports/formats/against_text.h"
#include "reports/formats/check_tables.h"
#include "reports/formats/headline.h"
#include "reports/formats/paragraphs.h"
#include "reports/formats/plain_text.h"

namespace mtls::reports::formats {
namespace {

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string summary(const Report& report) {
  std::array<std::size_t, 3> counts{};
  for (const Issue& issue : report.issues) ++counts.at(static_cast<std::size_t>(issue.severity));
  const Assessment& assessment = report.assessment;
  const std::string text = counted(assessment.resolved().servers.size(), "server block") + " in " +
                           counted(assessment.document().files.size(), "file") + " as of " +
                           base::rfc3339(assessment.snapshot.evaluated_at) +
                           (report.against != nullptr ? ", new: " : ": ") +
                           std::to_string(counts[0]) + " critical, " + std::to_string(counts[1]) +
                           " warning, " + std::to_string(counts[2]) + " info";
  return told(text, report);
}

// A line for each CRL that somebody will have renewed by then (`--at`).
std::string assumed_renewals(const Report& report) {
  std::string lines;
  for (const auto& [path, file] : report.assessment.snapshot.material) {
    if (file->material == nullptr) continue;
    for (const pki::RevocationList& list : file->material->revocation_lists) {
      if (!list.facts().renewal_assumed || !list.facts().next_update) continue;
      lines += "  the CRL of " + list.facts().issuer.rfc2253 + " in " +
               base::sanitize(path, base::kMaxPathBytes) + ", fresh now, ends at " +
               base::rfc3339(*list.facts().next_update) + "\n";
    }
  }
  return lines.empty() ? "" : "\nAssumed to be renewed by then:\n" + lines;
}

}  // namespace

std::string check_text(const Report& report) {
  const std::vector<Issue> issues = issues_to_tell(report.assessment, report.issues);
  const std::vector<Cause> causes = causes_of(issues);
  if (report.against != nullptr) {
    return against_headline(report) + paragraphs(report, causes) + against_section(report) +
           summary(report) + assumed_renewals(report);
  }
  return headline(report, causes) + paragraphs(report, causes) + server_table(report) +
         client_table(report) + summary(report) + assumed_renewals(report) +
         accepted_section(report);
}

}  // namespace mtls::reports::formats
