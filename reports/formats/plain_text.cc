#include "reports/formats/plain_text.h"

#include "base/text.h"

namespace mtls::reports::formats {

std::string seen_from(const std::string& directory, const std::string& path) {
  if (directory.empty()) return path;
  const std::string prefix = directory.ends_with('/') ? directory : directory + '/';
  return path.starts_with(prefix) ? path.substr(prefix.size()) : path;
}

FilePosition place_of(const Issue& issue, const Report& report) {
  FilePosition place;
  if (issue.position) {
    place = *issue.position;
  } else {
    place.file = issue.path.empty() ? report.assessment.policy().nginx_conf : issue.path;
  }
  place.file = seen_from(report.directory, place.file);
  return place;
}

std::string one_line(const Issue& issue) {
  const std::string text = issue.message + (issue.message.ends_with('.') ? " " : ". ") +
                           std::string(issue.meaning) + " Fix: " + issue.remedy;
  return base::sanitize(text, base::kMaxPathBytes);
}

bool fails(const Issue& issue, const Report& report) {
  return report.fail_on && issue.severity <= *report.fail_on;
}

}  // namespace mtls::reports::formats
