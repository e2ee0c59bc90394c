// Rules about guards on what clients are: an `if` or a map that compares a client's name, serial
// number or fingerprint with a text that it can never be.
#include <algorithm>
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

// `return 403;` and its kin.
bool refuses(const Directive& block) {
  return std::ranges::any_of(*block.block, [](const Directive& directive) {
    if (directive.name != "return" || directive.args.empty()) return false;
    const std::string& code = directive.args.front().text;
    return code.size() == 3 && (code.front() == '4' || code.front() == '5');
  });
}

/// Looks at one text: first which conditions refuse, then which comparisons never match.
class DeadGuards {
 public:
  DeadGuards(const TextView& text, Findings& findings) : text_(text), findings_(findings) {}

  void look() {
    collect_refusals(text_.document().main);
    look_in(text_.document().main, nullptr);
  }

 private:
  void collect_refusals(const std::vector<Directive>& directives) {
    for (const Directive& directive : directives) {
      if (!directive.block || config::syntax::is_data_block(directive)) continue;
      if (directive.name == "if" && refuses(directive)) refusing_.emplace_back(directive);
      collect_refusals(*directive.block);
    }
  }

  // Who was to get this value is refused for it: without it, he passes. Otherwise it is what lets
  // him in.
  Effect effect_without(const std::string& variable, const std::string& value) const {
    const bool is_deny = std::ranges::any_of(refusing_, [&](const auto& condition) {
      return condition.variable() == variable &&
             condition.compare(value, condition.operand()).value_or(false);
    });
    return is_deny ? Effect::kLetsIn : Effect::kRefuses;
  }

  Effect effect_of_if(const Directive& directive,
                      const config::grammar::Condition& condition) const {
    if (condition.is_negated()) return Effect::kRefuses;  // it holds for everybody
    if (refuses(directive)) return Effect::kLetsIn;
    for (const Directive& inner : *directive.block) {
      if (inner.name != "set" || inner.args.size() != 2) continue;
      const auto names = config::syntax::variables_in(inner.args[0].text);
      const bool is_deny =
          !names.empty() && effect_without(names.front(), inner.args[1].text) == Effect::kLetsIn;
      if (is_deny) return Effect::kLetsIn;
    }
    return Effect::kRefuses;
  }

  void add(const Directive& at, const std::string& detail, Effect effect,
           const config::TlsContext* server) {
    Finding finding = finding_at(at.at, detail);
    finding.effect = effect;
    if (server != nullptr) finding.context = server->id;
    findings_.add(std::move(finding));
  }

  void look_at_if(const Directive& directive, const config::TlsContext* server) {
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
    add(directive, dead_text("if", condition.variable(), literal, *why),
        effect_of_if(directive, condition), server);
  }

  // The key of a map's row: `\` hides a special first character, `~` and `~*` begin patterns.
  void look_at_row(const Directive& row, const std::string& variable, const std::string& target) {
    std::string key = row.name;
    if (row.args.size() != 1 || key == "default") return;
    const bool is_pattern = key.starts_with('~');
    const bool either = !is_pattern || key.starts_with("~*");
    const Letters letters = either ? Letters::kEitherCase : Letters::kExact;
    key.erase(0, key.starts_with("~*") ? 2 : is_pattern || key.starts_with('\\') ? 1 : 0);
    const auto why = is_pattern ? config::grammar::why_never_matches(variable, key, letters)
                                : config::grammar::why_never_equal(variable, key, letters);
    if (!why) return;
    add(row, dead_text("map", variable, key, *why), effect_without(target, row.args.front().text),
        nullptr);
  }

  void look_at_map(const Directive& directive) {
    if (directive.args.size() != 2) return;
    const std::string& source = directive.args[0].text;
    const auto names = config::syntax::variables_in(source);
    if (names.size() != 1 || source != "$" + names.front()) return;
    const auto targets = config::syntax::variables_in(directive.args[1].text);
    const std::string target = targets.empty() ? "" : targets.front();
    for (const Directive& row : *directive.block) look_at_row(row, names.front(), target);
  }

  const config::TlsContext* server_of(const Directive& directive) const {
    const auto& servers = text_.resolved().servers;
    const auto found = std::ranges::find(servers, &directive, &config::TlsContext::directive);
    return found == servers.end() ? nullptr : &*found;
  }

  void look_in(const std::vector<Directive>& directives, const config::TlsContext* server) {
    for (const Directive& directive : directives) {
      if (!directive.block) continue;
      if (directive.name == "map") {
        look_at_map(directive);
      } else if (!config::syntax::is_data_block(directive)) {
        if (directive.name == "if") look_at_if(directive, server);
        const bool is_server = directive.name == "server";
        look_in(*directive.block, is_server ? server_of(directive) : server);
      }
    }
  }

  const TextView& text_;
  Findings& findings_;
  std::vector<config::grammar::Condition> refusing_;  // conditions of blocks that refuse
};

void never_matches(const TextView& text, Findings& findings) { DeadGuards(text, findings).look(); }

constexpr std::array kRules{
    Rule{.kind = FindingKind::kGuardNeverMatches,
         .id = "guard-never-matches",
         .severity = Severity::kCritical,
         .about = About::kText,
         .effect = Effect::kRefuses,  // that of a finding can be another
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
