#include "reports/formats/formats.h"

#include <array>

#include "reports/formats/check_brief.h"
#include "reports/formats/check_github.h"
#include "reports/formats/check_json.h"
#include "reports/formats/check_junit.h"
#include "reports/formats/check_nagios.h"
#include "reports/formats/check_sarif.h"
#include "reports/formats/check_text.h"

namespace mtls::reports::formats {
namespace {

// For the textfile collector of node_exporter, on hosts where no daemon runs.
std::string check_prom(const Report& report) {
  return report.metrics == nullptr ? "" : report.metrics();
}

constexpr std::array kFormats{
    Format{.name = "text", .help = "for people, its wording may change", .render = check_text},
    Format{.name = "brief", .help = "three sentences for people", .render = check_brief},
    Format{.name = "json", .help = "for programs, everything that is known", .render = check_json},
    Format{.name = "junit", .help = "test results for Jenkins and GitLab", .render = check_junit},
    Format{.name = "sarif", .help = "SARIF 2.1.0 for code scanning", .render = check_sarif},
    Format{.name = "github", .help = "annotations of GitHub Actions", .render = check_github},
    Format{.name = "nagios",
           .help = "a plugin's output and exit code",
           .render = check_nagios,
           .exit_code = nagios_state},
    Format{.name = "prom", .help = "metrics for a textfile collector", .render = check_prom},
};

}  // namespace

std::span<const Format> formats() { return kFormats; }

}  // namespace mtls::reports::formats
