// Rules about what nginx refuses, in its own words; audit/refusals finds it.
#include <algorithm>
#include <array>

#include "audit/rules/mending.h"
#include "audit/rules/rules.h"
#include "base/text.h"
#include "config/grammar/close_name.h"

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

std::string remedy_for_name(std::string_view name, std::string_view meant) {
  return base::sanitize("Write \"" + std::string(meant) + "\" for \"" + std::string(name) + "\".",
                        base::kMaxPathBytes);
}

// What mends this very error; "": nobody knows.
std::string remedy_of(const HostView& host, const NginxError& error) {
  constexpr std::string_view kUnknown = "unknown directive \"";
  if (error.message.starts_with(kUnknown)) {
    std::string_view name = error.message;
    name.remove_prefix(kUnknown.size());
    name = name.substr(0, name.rfind('"'));
    const auto meant = config::grammar::close_name(name);
    return meant ? remedy_for_name(name, *meant) : "";
  }
  if (error.cause != RefusalCause::kFileContent) return "";
  const auto file = host.material().file(&error.path);
  if (!file) return "";
  if (!file->material) return remedy_for_directory(error.path);
  const bool is_aux = error.message.find("X509_CERT_AUX") != std::string::npos;
  const auto& trailing = file->material->trailing;
  return is_aux && !trailing.empty() ? remedy_for(trailing.front(), error.path)
                                     : remedy_for(*file->material, error.path);
}

void report(const HostView& host, const std::vector<NginxError>& errors, Findings& findings) {
  for (const NginxError& error : errors) {
    if (error.cause == RefusalCause::kNotPermitted) continue;  // unreadable-by-exporter says it
    findings.add({.path = error.path,
                  .at = place_of(host, error),
                  .detail = error.text(),
                  .remedy = remedy_of(host, error)});
  }
}

void refuses_config(const HostView& host, Findings& findings) {
  report(host, host.snapshot.nginx_errors(), findings);
}

void file_missing(const HostView& host, Findings& findings) {
  report(host, host.snapshot.excused, findings);
}

void unknown_directive(const TextView& text, Findings& findings) {
  for (const config::grammar::Misspelled& found :
       config::grammar::misspelled(text.document(), text.build)) {
    const std::string& name = found.directive->name;
    Finding finding = finding_at(found.directive->at,
                                 "\"" + name + "\" is no directive of nginx's own modules; \"" +
                                     std::string(found.meant) + "\" is");
    finding.remedy = remedy_for_name(name, found.meant);
    findings.add(std::move(finding));
  }
}

void last_reload_refused(const HostView& host, Findings& findings) {
  const running::Master* master = host.snapshot.master();
  if (master == nullptr || master->refusal.empty()) return;
  findings.add(
      finding_at(std::nullopt,
                 "nginx refused its last reload and goes on with what it had: " + master->refusal));
}

constexpr std::array kRefusals{
    Rule{.kind = FindingKind::kNginxRefusesConfig,
         .id = "nginx-refuses-config",
         .severity = Severity::kCritical,
         .about = About::kText,
         .effect = Effect::kStopsNginx,
         .meaning = "nginx refuses this configuration: a reload keeps the old one, and a restart "
                    "fails.",
         .remedy = "Run nginx -t and repair the place it names.",
         .check = refuses_config},
    Rule{.kind = FindingKind::kUnknownDirective,
         .id = "unknown-directive",
         .severity = Severity::kWarning,
         .about = About::kText,
         .meaning = "A directive is not one of nginx's own, and its name is close to one that is. "
                    "Unless another module brings it, nginx refuses the configuration; if one "
                    "does, the directive of nginx is not set.",
         .remedy = "Correct the name.",
         .check = unknown_directive},
    Rule{.kind = FindingKind::kLastReloadRefused,
         .id = "last-reload-refused",
         .severity = Severity::kCritical,
         .about = About::kText,
         .effect = Effect::kStopsNginx,
         .meaning = "The running nginx was told to reload and could not: it goes on with its old "
                    "configuration and files, and a restart would fail.",
         .remedy = "Run nginx -t, repair what it names, and reload nginx again.",
         .check = last_reload_refused},
};

constexpr std::array kMissingFiles{
    Rule{
        .kind = FindingKind::kFileMissing,
        .id = "file-missing",
        .severity = Severity::kWarning,
        .about = About::kFile,
        .meaning = "The configuration names a file that is not on this host. nginx refuses the "
                   "configuration where the file is missing.",
        .remedy = "Run the check where the files are, or make sure that nginx's host has the file.",
        .check = file_missing},
};

}  // namespace

Subject refusal_rules() { return kRefusals; }
Subject missing_file_rules() { return kMissingFiles; }

}  // namespace mtls::audit::rules
