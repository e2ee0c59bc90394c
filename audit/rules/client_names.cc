// Rules about directives that use the client's certificate or name, wherever they stand.
#include <algorithm>
#include <array>

#include "audit/rules/rules.h"
#include "config/grammar/condition.h"
#include "config/syntax/variable_names.h"

namespace mtls::audit::rules {
namespace {

using config::syntax::Directive;

template <std::size_t kCount>
bool mentions(const std::string& text, const std::array<std::string_view, kCount>& names) {
  const auto found = config::syntax::variables_in(text);
  return std::any_of(found.begin(), found.end(), [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  });
}

constexpr std::array<std::string_view, 2> kNames{"ssl_client_s_dn", "ssl_client_i_dn"};

// Since nginx 1.11.6 names are `CN=l1,O=internal` (RFC 2253), `/O=internal/CN=l1` only in the
// `_legacy` variables. A pattern that takes either form, such as `[/,]CN=`, does not count: here
// every attribute has a bare slash before it.
bool wants_slashes(std::string_view pattern) {
  constexpr std::array<std::string_view, 9> kAttributes{
      "CN=", "O=", "OU=", "C=", "ST=", "L=", "DC=", "emailAddress=", "serialNumber="};
  bool any = false;
  for (const std::string_view attribute : kAttributes) {
    for (std::size_t at = pattern.find(attribute); at != std::string_view::npos;
         at = pattern.find(attribute, at + 1)) {
      const char before = at == 0 ? ' ' : pattern[at - 1];
      const bool is_tail = (before >= 'A' && before <= 'Z') || (before >= 'a' && before <= 'z');
      if (is_tail) continue;  // `CN=` ends in `N=`, `ST=` is not `T=`
      if (before != '/') return false;
      any = true;
    }
  }
  return any;
}

std::string mismatch_text(const std::string& pattern) {
  return pattern + " never matches: names are written CN=...,O=... (RFC 2253)";
}

// Calls `look(item, directive)` for each directive, blocks before what they hold.
template <class Look>
void for_each_directive(const std::vector<Directive>& block, std::size_t& item, const Look& look) {
  for (const Directive& directive : block) {
    look(++item, directive);
    if (!directive.block || is_data_block(directive)) continue;
    for_each_directive(*directive.block, item, look);
  }
}

template <class Look>
void for_each_directive(const TextView& text, const Look& look) {
  std::size_t item = 0;
  for_each_directive(text.document().main, item, look);
}

bool is_legacy_condition(const Directive& directive) {
  if (directive.name != "if") return false;
  const config::grammar::Condition condition(directive);
  const bool is_name = std::ranges::find(kNames, condition.variable()) != kNames.end();
  return is_name && wants_slashes(condition.operand());
}

bool is_map_of_names(const Directive& directive) {
  return directive.name == "map" && directive.args.size() == 2 && directive.block &&
         mentions(directive.args[0].text, kNames);
}

void legacy_names(const TextView& text, Findings& findings) {
  for_each_directive(text, [&](std::size_t item, const Directive& directive) {
    if (is_legacy_condition(directive)) {
      const std::string pattern = config::grammar::Condition(directive).operand();
      findings.add_at(item, finding_at(directive.at, mismatch_text(pattern)));
    }
    if (!is_map_of_names(directive)) return;
    for (const Directive& row : *directive.block) {
      if (!wants_slashes(row.name)) continue;
      findings.add_at(item, finding_at(row.at, mismatch_text(row.name)));
    }
  });
}

bool echoes_client(const Directive& directive) {
  constexpr std::array<std::string_view, 9> kTelling{
      "ssl_client_cert",        "ssl_client_raw_cert",    "ssl_client_escaped_cert",
      "ssl_client_s_dn",        "ssl_client_i_dn",        "ssl_client_s_dn_legacy",
      "ssl_client_i_dn_legacy", "ssl_client_fingerprint", "ssl_client_serial"};
  const bool adds = directive.name == "add_header" || directive.name == "add_trailer";
  return adds && directive.args.size() >= 2 && mentions(directive.args[1].text, kTelling);
}

void echoes(const TextView& text, Findings& findings) {
  for_each_directive(text, [&](std::size_t item, const Directive& directive) {
    if (!echoes_client(directive)) return;
    findings.add_at(
        item, finding_at(directive.at, directive.name + " " + directive.args[0].text + " sends " +
                                           directive.args[1].text + " back to the client"));
  });
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kLegacyDnRegex,
         .id = "legacy-dn-regex",
         .severity = Severity::kWarning,
         .about = About::kText,
         .meaning = "A pattern expects names like /O=x/CN=y. Since nginx 1.11.6, $ssl_client_s_dn "
                    "and $ssl_client_i_dn look like CN=y,O=x: the pattern never matches, and the "
                    "identity stays empty.",
         .remedy = "Match (^|,)CN=([^,]+), or use $ssl_client_s_dn_legacy.",
         .edit = Edit::rewrite("map"),
         .check = legacy_names},
    Rule{.kind = FindingKind::kClientCertEchoed,
         .id = "client-cert-echoed",
         .severity = Severity::kInfo,
         .about = About::kText,
         .meaning = "A response header sends the client's certificate or name back to the client, "
                    "and to everything on the way that reads responses.",
         .remedy = "Use proxy_set_header to tell a backend; remove add_header once debugging is "
                   "over.",
         .edit = Edit::remove("add_header"),
         .check = echoes},
};

}  // namespace

Subject client_name_rules() { return kRules; }

}  // namespace mtls::audit::rules
