// Rules about what nginx refuses, in its own words; audit/refusals finds it.
#include <algorithm>
#include <array>

#include "audit/rules/rules.h"

namespace mtls::audit::rules {
namespace {

// The place of the directive that nginx was loading, or the one nginx names. nullopt: neither, or a
// file that the last good configuration does not have.
std::optional<base::SourceLocation> place_of(const HostView& host, const NginxError& error) {
  if (error.at || error.file.empty()) return error.at;
  const auto& files = host.snapshot.config->document->files;
  const auto found = std::ranges::find(files, error.file);
  if (found == files.end()) return std::nullopt;
  return base::SourceLocation{.file = static_cast<base::FileId>(found - files.begin()),
                              .line = error.line,
                              .column = error.column};
}

void report(const HostView& host, const std::vector<NginxError>& errors, Findings& findings) {
  for (const NginxError& error : errors) {
    findings.add({.at = place_of(host, error), .detail = error.text()});
  }
}

void refuses_config(const HostView& host, Findings& findings) {
  report(host, host.snapshot.nginx_errors(), findings);
}

void file_missing(const HostView& host, Findings& findings) {
  report(host, host.snapshot.excused, findings);
}

constexpr std::array kRefusals{
    Rule{.kind = FindingKind::kNginxRefusesConfig,
         .id = "nginx-refuses-config",
         .severity = Severity::kCritical,
         .meaning = "nginx refuses this configuration: a reload keeps the old one, and a restart "
                    "fails.",
         .remedy = "Run nginx -t and repair the place it names.",
         .check = refuses_config},
};

constexpr std::array kMissingFiles{
    Rule{
        .kind = FindingKind::kFileMissing,
        .id = "file-missing",
        .severity = Severity::kWarning,
        .meaning = "The configuration names a file that is not on this host. nginx refuses the "
                   "configuration where the file is missing.",
        .remedy = "Run the check where the files are, or make sure that nginx's host has the file.",
        .check = file_missing},
};

}  // namespace

Subject refusal_rules() { return kRefusals; }
Subject missing_file_rules() { return kMissingFiles; }

}  // namespace mtls::audit::rules
