// Rules about guards on what clients are: an `if` or a map that compares a client's name, serial
// number or fingerprint with a text that it can never be.
#include <array>
#include <string>
#include <vector>

#include "audit/rules/rules.h"
#include "config/grammar/condition.h"
#include "config/grammar/name_literals.h"
#include "config/syntax/variable_names.h"

namespace mtls::audit::rules {
namespace {

using config::grammar::Letters;
using config::syntax::Directive;

std::string dead_text(const std::string& where, const std::string& variable,
                      const std::string& literal, const std::string& why) {
  return where + ": $" + variable + " is never \"" + literal + "\": " + why;
}

void look_at_if(const Directive& directive, Findings& findings) {
  const config::grammar::Condition condition(directive);
  if (!condition.is_equality() && !condition.is_pattern()) return;
  const std::string& literal = condition.operand();
  const bool either = condition.text().find("~* ") != std::string::npos;
  const auto why =
      condition.is_pattern()
          ? config::grammar::why_never_matches(condition.variable(), literal,
                                               either ? Letters::kEitherCase : Letters::kExact)
          : config::grammar::why_never_equal(condition.variable(), literal, Letters::kExact);
  if (!why) return;
  findings.add(finding_at(directive.at, dead_text("if", condition.variable(), literal, *why)));
}

// The key of a map's row: `\` hides a special first character, `~` and `~*` begin patterns.
void look_at_row(const Directive& row, const std::string& variable, Findings& findings) {
  std::string key = row.name;
  if (row.args.size() != 1 || key == "default") return;
  const bool is_pattern = key.starts_with('~');
  const bool either = !is_pattern || key.starts_with("~*");
  const Letters letters = either ? Letters::kEitherCase : Letters::kExact;
  key.erase(0, key.starts_with("~*") ? 2 : is_pattern || key.starts_with('\\') ? 1 : 0);
  const auto why = is_pattern ? config::grammar::why_never_matches(variable, key, letters)
                              : config::grammar::why_never_equal(variable, key, letters);
  if (why) findings.add(finding_at(row.at, dead_text("map", variable, key, *why)));
}

void look_at_map(const Directive& directive, Findings& findings) {
  if (directive.args.size() != 2) return;
  const std::string& source = directive.args[0].text;
  const auto names = config::syntax::variables_in(source);
  if (names.size() != 1 || source != "$" + names.front()) return;
  for (const Directive& row : *directive.block) look_at_row(row, names.front(), findings);
}

void look_in(const std::vector<Directive>& directives, Findings& findings) {
  for (const Directive& directive : directives) {
    if (!directive.block) continue;
    if (directive.name == "map") {
      look_at_map(directive, findings);
    } else if (!config::syntax::is_data_block(directive)) {
      if (directive.name == "if") look_at_if(directive, findings);
      look_in(*directive.block, findings);
    }
  }
}

void never_matches(const TextView& text, Findings& findings) {
  look_in(text.document().main, findings);
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kGuardNeverMatches,
         .id = "guard-never-matches",
         .severity = Severity::kCritical,
         .about = About::kText,
         .meaning = "A guard compares a client's name, serial number or fingerprint "
                    "with a text that nginx never writes: the client it means is refused, or the "
                    "client it should stop passes.",
         .remedy = "Write the text as nginx does. nginx-mtls-exporter check --client-cert "
                   "NAME=FILE shows what a client gets; openssl x509 -noout -subject -nameopt "
                   "RFC2253 prints a name in nginx's form.",
         .check = never_matches},
};

}  // namespace

Subject guard_rules() { return kRules; }

}  // namespace mtls::audit::rules
