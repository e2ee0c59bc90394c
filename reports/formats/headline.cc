#include "reports/formats/headline.h"

#include "base/text.h"
#include "reports/dates.h"
#include "reports/formats/plain_text.h"
#include "reports/outlook.h"

namespace mtls::reports::formats {

std::string headline(const Report& report, const std::vector<Cause>& causes) {
  const Assessment& assessment = report.assessment;
  const std::string host = base::sanitize(report.host);
  const base::sys_seconds now = assessment.snapshot.evaluated_at;
  std::string text = told((host.empty() ? "" : host + ", ") + "nginx " +
                              to_string(assessment.policy().build.version) + ": " +
                              words_of(outlook_of(assessment, causes)),
                          report);
  if (const auto next = next_date(assessment))
    text += told("Next date: " + date(next->at, now) + ", " + next->what, report);
  return text + "\n";
}

}  // namespace mtls::reports::formats
