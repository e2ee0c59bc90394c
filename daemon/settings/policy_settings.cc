#include "daemon/settings/policy_settings.h"

#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/rules/registry.h"
#include "base/text.h"
#include "daemon/settings/assessed_at.h"
#include "daemon/settings/settings_keys.h"
#include "daemon/system/strict_yaml.h"

namespace mtls::daemon::settings {
namespace {

audit::FindingKind rule_of(const YAML::Node& node, const std::string& where) {
  const std::string id = system::text_of(node, where);
  const audit::rules::Rule* rule = audit::rules::find_rule(id);
  if (rule == nullptr) {
    system::reject(node, where + ": " + audit::rules::unknown_rule(id) +
                             " (docs/findings.md lists all rules)");
  }
  return rule->kind;
}

void read_severities(const YAML::Node& node, audit::RuleSettings& rules) {
  system::check_unique_keys(node, "policy.severity");
  for (const auto& entry : node) {
    const audit::FindingKind kind = rule_of(entry.first, "policy.severity");
    const auto severity = audit::parse_severity(system::text_of(entry.second, "policy.severity"));
    if (!severity) system::reject(entry.second, "a severity must be critical, warning or info");
    rules.severities.emplace(kind, *severity);
  }
}

std::string glob_of(const YAML::Node& node, const std::string& key) {
  const auto glob = node[key];
  return glob ? system::text_of(glob, "policy.accept: " + key) : "";
}

audit::FindingKind accepted_rule(const YAML::Node& node) {
  const audit::FindingKind kind = rule_of(node, "policy.accept");
  if (!audit::rules::can_be_accepted(audit::rules::rule_of(kind))) {
    system::reject(node, "policy.accept: " + node.Scalar() +
                             " cannot be accepted; policy.disable silences it");
  }
  return kind;
}

base::sys_seconds until_of(const YAML::Node& node) {
  const auto until = parse_date(system::text_of(node, "policy.accept: until"));
  if (!until) {
    system::reject(node,
                   "policy.accept: until must be a date such as 2030-01-31, the first day on "
                   "which the finding counts again");
  }
  return *until;
}

audit::AcceptSetting read_acceptance(const YAML::Node& node, const std::string& path) {
  system::check_keys(node, "an entry of policy.accept", keys_in("policy.accept[]"));
  if (!node["rule"] || !node["reason"])
    system::reject(node, "an entry of policy.accept needs a rule and a reason");
  const std::string reason = system::text_of(node["reason"], "policy.accept: reason");
  return {.rule = accepted_rule(node["rule"]),
          .server = glob_of(node, "server"),
          .path = glob_of(node, "path"),
          .until = node["until"] ? std::optional(until_of(node["until"])) : std::nullopt,
          .reason = base::sanitize(reason, base::kMaxPathBytes),
          .settings_file = path,
          .line = static_cast<std::uint32_t>(node.Mark().line + 1)};
}

// `25%`; nullopt: it is none.
std::optional<audit::Share> share_of(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  constexpr int kWhole = 100;
  int percent = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
  const bool is_whole = error == std::errc{} && rest == text.data() + text.size();
  if (!is_whole || percent < 1 || percent > kWhole) return std::nullopt;
  return audit::Share{percent};
}

audit::Threshold threshold_of(const YAML::Node& node, const std::string& key) {
  const std::string text = system::text_of(node, key);
  if (const auto share = share_of(text)) return *share;
  const auto span = parse_time_span(text);
  if (!span || *span <= std::chrono::seconds{0}) {
    system::reject(node,
                   key +
                       " must be a time span such as 30d (s, m, h, d, w, y) or a share of the "
                       "lifetime such as 25%");
  }
  return *span;
}

void read_thresholds(const YAML::Node& node, audit::Thresholds& thresholds) {
  const std::vector<std::pair<std::string, audit::Threshold*>> known{
      {"ca_expires_soon", &thresholds.ca_expires_soon},
      {"server_certificate_expires_soon", &thresholds.server_certificate_expires_soon},
      {"crl_expires_soon", &thresholds.crl_expires_soon}};
  system::check_keys(node, "policy.thresholds", keys_in("policy.thresholds"));
  for (const auto& [key, value] : known) {
    if (const auto entry = node[key]) *value = threshold_of(entry, "policy.thresholds." + key);
  }
}

}  // namespace

void read_policy_settings(const YAML::Node& node, const std::string& path, Settings& settings) {
  system::check_keys(node, "policy", keys_in("policy"));
  if (const auto profile = node["profile"]) {
    const std::string word = system::text_of(profile, "policy.profile");
    if (word != "default" && word != "strict") {
      system::reject(profile, "policy.profile must be default or strict");
    }
    settings.profile = word == "strict" ? audit::Profile::kStrict : audit::Profile::kDefault;
  }
  if (const auto disable = node["disable"]) {
    if (!disable.IsSequence()) system::reject(disable, "policy.disable must be a list of rules");
    for (const auto& rule : disable)
      settings.rules.disabled.insert(rule_of(rule, "policy.disable"));
  }
  if (const auto severity = node["severity"]) read_severities(severity, settings.rules);
  if (const auto accept = node["accept"]) {
    if (!accept.IsSequence()) system::reject(accept, "policy.accept must be a list");
    for (const auto& entry : accept) settings.accept.push_back(read_acceptance(entry, path));
  }
  if (const auto thresholds = node["thresholds"]) read_thresholds(thresholds, settings.thresholds);
}

}  // namespace mtls::daemon::settings
