// The rules by kind and by id: what each is called, how bad it is, what it means and what mends it.
// The rows stand beside their checks in audit/rules/<subject>.cc; this header collects them for
// whoever shows, counts or configures findings. It judges nothing: audit/rules/rules.h does. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "audit/finding.h"

namespace mtls::audit::rules {

struct ServerView;
struct HostView;
struct TextView;
struct AcceptanceView;
class Findings;

/// Looks at one judged server block.
using ServerCheck = void (*)(const ServerView& view, Findings& findings);
/// Looks at the configuration as a whole.
using HostCheck = void (*)(const HostView& host, Findings& findings);
/// Looks at the text of the configuration and nothing else: it is asked again when that or the
/// policy is another one.
using TextCheck = void (*)(const TextView& text, Findings& findings);
/// Looks at what became of the acceptances of other findings. What it says cannot be accepted.
using AcceptanceCheck = void (*)(const AcceptanceView& view, Findings& findings);

/// The one edit of nginx's configuration that mends a finding, whatever the files hold and whoever
/// the clients are.
struct Edit {
  enum class Action { kSet, kRemove, kRewrite, kAddServer };

  Action action;
  std::string_view directive;
  std::string_view value = {};  // its new arguments; "": they depend on the finding

  /// Gives the directive this value where the finding is, whether it stands there or not.
  static constexpr Edit set(std::string_view directive, std::string_view value = {}) {
    return {Action::kSet, directive, value};
  }
  static constexpr Edit remove(std::string_view directive) { return {Action::kRemove, directive}; }
  /// Changes an argument of the directive at the finding's place.
  static constexpr Edit rewrite(std::string_view directive) {
    return {Action::kRewrite, directive};
  }
  /// Adds a default server block that has this directive.
  static constexpr Edit add_server(std::string_view directive, std::string_view value) {
    return {Action::kAddServer, directive, value};
  }
};

/// What each finding of a rule speaks of.
enum class About {
  kFile,  // a certificate, CA, CRL or another file: each finding has its path
  kText,  // the configuration or a client; a finding that names a file has its path
};

/// One rule.
struct Rule {
  FindingKind kind;
  std::string_view id;  // the `rule` label and the heading in docs/findings.md
  Severity severity;
  About about;
  Effect effect = Effect::kNone;
  std::optional<Severity> strict_severity = std::nullopt;  // in the strict profile, if another
  bool strict_only = false;                                // the default profile does not check it
  std::string_view meaning;  // what is wrong and what nginx does about it
  std::string_view remedy;
  // Instead of `remedy` at a server block that trusts public web CAs, where that one would let in
  // even more; "": it does not.
  std::string_view narrow_remedy = {};
  std::optional<Edit> edit = std::nullopt;  // nullopt: files must change first, or somebody decides
  std::variant<ServerCheck, HostCheck, TextCheck, AcceptanceCheck> check;
  HostCheck check_loaded = nullptr;  // finds the same in what the running nginx has loaded
};

/// In the order of FindingKind.
const std::vector<const Rule*>& all_rules();
const Rule& rule_of(FindingKind kind);
/// What mends the finding: its own remedy, or that of its rule.
std::string remedy_of(const Finding& finding);
/// What comes of it: its own effect, or that of its rule.
Effect effect_of(const Finding& finding);
/// nullptr: no rule has this id.
const Rule* find_rule(std::string_view id);
/// What to say about an id that no rule has: `no rule is named "ca-expire"`, and which was probably
/// meant.
std::string unknown_rule(std::string_view id);
/// Whether the findings of the rule may be accepted; those about acceptances may not.
bool can_be_accepted(const Rule& rule);

}  // namespace mtls::audit::rules
