#include "reports/formats/check_github.h"

#include <string_view>

#include "base/text.h"
#include "reports/formats/plain_text.h"

namespace mtls::reports::formats {
namespace {

std::string_view command(audit::Severity severity) {
  switch (severity) {
    case audit::Severity::kCritical: return "error";
    case audit::Severity::kWarning: return "warning";
    case audit::Severity::kInfo: break;
  }
  return "notice";
}

// The runner reads %XX in both, and ends a property at `:` or `,` (actions/toolkit, command.ts).
std::string escaped(std::string_view text, std::string_view more) {
  constexpr std::string_view kAlways = "%\r\n";
  std::string out;
  for (const char c : text) {
    if (kAlways.find(c) == std::string_view::npos && more.find(c) == std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    std::string digits = base::hex({&byte, 1});
    for (char& digit : digits) {
      if (digit >= 'a') digit = static_cast<char>(digit - 'a' + 'A');
    }
    out += '%' + digits;
  }
  return out;
}

std::string property(std::string_view name, const std::string& value) {
  return std::string(name) + "=" + escaped(value, ":,");
}

}  // namespace

std::string check_github(const Report& report) {
  std::string text;
  for (const Issue& issue : report.issues) {
    const FilePosition place = place_of(issue, report);
    std::string line = "::" + std::string(command(issue.severity)) + " ";
    if (!place.file.empty())
      line += property("file", base::sanitize(place.file, base::kMaxPathBytes)) + ",";
    if (place.line > 0) line += property("line", std::to_string(place.line)) + ",";
    if (place.column > 0) line += property("col", std::to_string(place.column)) + ",";
    line += property("title", std::string(issue.rule));
    const std::string where =
        issue.server.empty() ? "" : base::sanitize(issue.server, base::kMaxPathBytes) + ": ";
    text += line + "::" + escaped(where + one_line(issue), "") + "\n";
  }
  // A plain line, for the log of the step.
  return text + std::to_string(report.issues.size()) + " findings in " +
         std::to_string(report.assessment.resolved().servers.size()) + " server blocks\n";
}

}  // namespace mtls::reports::formats
