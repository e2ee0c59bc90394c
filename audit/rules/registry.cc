#include "audit/rules/registry.h"

#include <algorithm>

#include "audit/rules/rules.h"
#include "base/nearest_name.h"
#include "base/text.h"

namespace mtls::audit::rules {

const std::vector<Subject>& subjects() {
  static const std::vector<Subject> kSubjects{refusal_rules(),
                                              verification_rules(),
                                              file_rules(),
                                              client_ca_rules(),
                                              ca_order_rules(),
                                              trust_rules(),
                                              material_rules(),
                                              client_name_rules(),
                                              revocation_rules(),
                                              crl_date_rules(),
                                              crl_coverage_rules(),
                                              canary_rules(),
                                              server_certificate_rules(),
                                              reach_rules(),
                                              upstream_rules(),
                                              upstream_identity_rules(),
                                              enforcement_rules(),
                                              error_page_rules(),
                                              presented_chain_rules(),
                                              tls_strength_rules(),
                                              core_directive_rules(),
                                              missing_file_rules(),
                                              partly_read_rules(),
                                              guard_rules(),
                                              release_rules(),
                                              acceptance_rules()};
  return kSubjects;
}

const std::vector<const Rule*>& all_rules() {
  static const std::vector<const Rule*> kRules = [] {
    std::vector<const Rule*> all;
    for (const Subject subject : subjects()) {
      for (const Rule& rule : subject) all.push_back(&rule);
    }
    std::ranges::sort(all, {}, &Rule::kind);
    return all;
  }();
  return kRules;
}

const Rule& rule_of(FindingKind kind) { return *all_rules().at(static_cast<std::size_t>(kind)); }

std::string remedy_of(const Finding& finding) {
  return finding.remedy.empty() ? std::string(rule_of(finding.kind).remedy) : finding.remedy;
}

Effect effect_of(const Finding& finding) {
  return finding.effect.value_or(rule_of(finding.kind).effect);
}

const Rule* find_rule(std::string_view id) {
  const auto found = std::ranges::find(all_rules(), id, &Rule::id);
  return found == all_rules().end() ? nullptr : *found;
}

std::string unknown_rule(std::string_view id) {
  std::string text = base::ascii_lower(id);
  std::ranges::replace(text, '_', '-');
  base::NearestName nearest(text);
  for (const Rule* rule : all_rules()) nearest.offer(rule->id);
  const std::string meant =
      nearest.found() ? "; did you mean \"" + std::string(*nearest.found()) + "\"?" : "";
  return "no rule is named \"" + base::sanitize(id) + "\"" + meant;
}

bool can_be_accepted(const Rule& rule) {
  return !std::holds_alternative<AcceptanceCheck>(rule.check);
}

}  // namespace mtls::audit::rules
