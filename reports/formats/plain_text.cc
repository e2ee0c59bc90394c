#include "reports/formats/plain_text.h"

#include <algorithm>

#include "base/text.h"
#include "reports/formats/prose.h"

namespace mtls::reports::formats {

std::string seen_from(const std::string& directory, const std::string& path) {
  if (directory.empty()) return path;
  const std::string prefix = directory.ends_with('/') ? directory : directory + '/';
  return path.starts_with(prefix) ? path.substr(prefix.size()) : path;
}

FilePosition place_of(const Issue& issue, const Report& report) {
  const bool has_configuration = has_places(report.assessment);
  FilePosition place;
  if (issue.position && has_configuration) {
    place = *issue.position;
  } else if (!issue.path.empty()) {
    place.file = issue.path;
  } else if (has_configuration) {
    place.file = report.assessment.policy().nginx_conf;
  }
  if (report.here != nullptr && !place.file.empty()) place.file = report.here(place.file);
  place.file = seen_from(report.directory, place.file);
  return place;
}

std::string one_line(const Issue& issue) {
  const std::string text = issue.message + (issue.message.ends_with('.') ? " " : ". ") +
                           std::string(issue.meaning) + " Fix: " + issue.remedy;
  return base::sanitize(text, base::kMaxPathBytes);
}

std::size_t text_width(const Report& report) {
  constexpr std::size_t kLeast = 40;
  return report.columns == 0 ? kTextWidth : std::clamp(report.columns, kLeast, kTextWidth);
}

std::string told(const std::string& text, const Report& report) {
  return report.columns == 0 ? text + "\n" : wrapped("", text, text_width(report));
}

bool fails(const Issue& issue, const Report& report) {
  return report.fail_on && issue.severity <= *report.fail_on;
}

}  // namespace mtls::reports::formats
