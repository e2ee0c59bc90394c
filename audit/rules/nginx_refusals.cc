// Rules about what nginx refuses, in its own words; audit/refusals finds it.
#include <array>

#include "audit/rules/rules.h"

namespace mtls::audit::rules {
namespace {

void refuses_config(const HostView& host, Findings& findings) {
  for (const NginxError& error : host.snapshot.nginx_errors()) {
    findings.add({.detail = error.text()});
  }
}

void file_missing(const HostView& host, Findings& findings) {
  for (const NginxError& error : host.snapshot.excused) findings.add({.detail = error.text()});
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
