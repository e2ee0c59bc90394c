#include "daemon/commands/mending.h"

#include <fnmatch.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "audit/rules/registry.h"
#include "config/include.h"
#include "daemon/commands/command.h"
#include "reports/fix/edits.h"

namespace mtls::daemon::commands {
namespace {

using Snapshot = std::shared_ptr<const audit::Snapshot>;

// Each is one evaluation of the host.
constexpr std::size_t kMostTrials = 1'000;

class Mender {
 public:
  Mender(const audit::Policy& policy, inputs::EditedFiles& files, base::sys_seconds at,
         const MendingOptions& options)
      : policy_(policy), files_(files), at_(at), options_(options) {}

  Mending take() {
    const Snapshot first = evaluate(policy_, files_, at_);
    current_ = first;
    for (std::size_t trial = 0; trial < kMostTrials; ++trial) {
      const auto finding = next();
      if (!finding) break;
      attempt(*finding);
    }
    result_.comparison = reports::compare({.snapshot = *first}, {.snapshot = *current_});
    return std::move(result_);
  }

 private:
  // What a finding is, whatever the lines.
  using Key = std::tuple<audit::FindingKind, std::string, std::string, std::string>;
  static Key key_of(const audit::Finding& finding) {
    return {finding.kind, finding.context ? reports::id_text(*finding.context) : "", finding.path,
            finding.detail};
  }

  bool is_wanted(const audit::Finding& finding) const {
    const audit::rules::Rule& rule = audit::rules::rule_of(finding.kind);
    const bool has_edit = rule.edit || finding.kind == audit::FindingKind::kCaSupersededExpired;
    if (!has_edit || (!options_.rule.empty() && rule.id != options_.rule)) return false;
    if (options_.server.empty()) return true;
    return finding.context &&
           fnmatch(options_.server.c_str(), finding.context->server.c_str(), 0) == 0;
  }

  std::optional<audit::Finding> next() const {
    for (audit::Finding& finding : reports::findings_of(*current_)) {
      if (is_wanted(finding) && !tried_.contains(key_of(finding))) return std::move(finding);
    }
    return std::nullopt;
  }

  std::string text_of(const std::string& path) const {
    const auto content = files_.read(path, config::IncludeLimits{}.max_file_bytes);
    return content ? std::string(content->text()) : "";
  }

  // Of the finding as it is told.
  reports::Issue issue_of(const audit::Finding& finding) const {
    for (reports::Issue& issue : reports::issues_of({.snapshot = *current_})) {
      const std::string server = finding.context ? reports::id_text(*finding.context) : "";
      if (issue.kind == finding.kind && issue.server == server && issue.path == finding.path &&
          issue.message == finding.detail)
        return std::move(issue);
    }
    return {};
  }

  void attempt(const audit::Finding& finding) {
    tried_.insert(key_of(finding));
    if (options_.tell) {
      options_.tell("trying edit " + std::to_string(tried_.size()) + ", for " +
                    std::string(audit::rules::rule_of(finding.kind).id));
    }
    const auto edit =
        reports::fix::edit_for({.snapshot = *current_}, finding,
                               [this](const std::string& path) { return text_of(path); });
    const std::string before = edit ? text_of(edit->file) : "";
    const std::string now = edit ? reports::fix::applied(*edit, before) : "";
    if (now == before || !is_better(*edit, now, finding)) {
      result_.left.push_back(issue_of(finding));
      return;
    }
    result_.mended.push_back(issue_of(finding));
    current_ = trial_;
  }

  // Keeps the text if it is, and takes it back otherwise.
  bool is_better(const reports::fix::TextEdit& edit, const std::string& text,
                 const audit::Finding& finding) {
    const auto known = files_.texts().find(edit.file);
    const std::optional<std::string> old =
        known == files_.texts().end() ? std::nullopt : std::optional(known->second);
    files_.put(edit.file, text);
    trial_ = evaluate(policy_, files_, at_);
    const reports::Comparison change =
        reports::compare({.snapshot = *current_}, {.snapshot = *trial_});
    const std::string server = finding.context ? reports::id_text(*finding.context) : "";
    const bool is_gone = std::ranges::any_of(change.better, [&](const reports::Issue& issue) {
      return issue.kind == finding.kind && issue.server == server;
    });
    if (trial_->nginx_errors().empty() && is_gone && change.worse.empty() &&
        change.asks_no_more.empty() && change.gone_servers.empty())
      return true;
    if (old) {
      files_.put(edit.file, *old);
    } else {
      files_.forget(edit.file);
    }
    return false;
  }

  const audit::Policy& policy_;
  inputs::EditedFiles& files_;
  base::sys_seconds at_;
  const MendingOptions& options_;
  Snapshot current_;
  Snapshot trial_;
  std::set<Key> tried_;
  Mending result_;
};

}  // namespace

Mending mend(const audit::Policy& policy, inputs::EditedFiles& files, base::sys_seconds at,
             const MendingOptions& options) {
  return Mender(policy, files, at, options).take();
}

}  // namespace mtls::daemon::commands
