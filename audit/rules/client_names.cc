// Rules about directives that use the client's certificate or name, wherever they stand.
#include <algorithm>
#include <array>

#include "audit/rules/rules.h"
#include "base/text.h"
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
// `_legacy` variables. A pattern that can do with either, as `[/,]CN=`, is none of these: every
// attribute has a bare slash before it.
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

Finding at(const Directive& directive, FindingKind kind, const std::string& detail) {
  return {.kind = kind,
          .context = {},
          .path = {},
          .fingerprint = {},
          .at = directive.at,
          .detail = base::sanitize(detail, base::kMaxPathBytes)};
}

void legacy_name(const Directive& directive, std::vector<Finding>& findings) {
  const auto complain = [&](const Directive& where, const std::string& pattern) {
    findings.push_back(at(where, FindingKind::kLegacyDnRegex,
                          pattern + " never fits: names are written CN=...,O=... (RFC 2253)"));
  };
  if (directive.name == "if") {
    const config::grammar::Condition condition(directive);
    const bool is_name =
        std::find(kNames.begin(), kNames.end(), condition.variable()) != kNames.end();
    if (is_name && wants_slashes(condition.operand())) complain(directive, condition.operand());
  }
  const bool is_map = directive.name == "map" && directive.args.size() == 2 && directive.block;
  if (!is_map || !mentions(directive.args[0].text, kNames)) return;
  for (const Directive& row : *directive.block) {
    if (wants_slashes(row.name)) complain(row, row.name);
  }
}

void echo(const Directive& directive, std::vector<Finding>& findings) {
  constexpr std::array<std::string_view, 9> kTelling{
      "ssl_client_cert",        "ssl_client_raw_cert",    "ssl_client_escaped_cert",
      "ssl_client_s_dn",        "ssl_client_i_dn",        "ssl_client_s_dn_legacy",
      "ssl_client_i_dn_legacy", "ssl_client_fingerprint", "ssl_client_serial"};
  const bool adds = directive.name == "add_header" || directive.name == "add_trailer";
  if (!adds || directive.args.size() < 2 || !mentions(directive.args[1].text, kTelling)) return;
  findings.push_back(at(directive, FindingKind::kClientCertEchoed,
                        directive.name + " " + directive.args[0].text + " sends " +
                            directive.args[1].text + " back to the client"));
}

void walk(const std::vector<Directive>& block, std::vector<Finding>& findings) {
  for (const Directive& directive : block) {
    legacy_name(directive, findings);
    echo(directive, findings);
    if (directive.block && !is_data_block(directive)) walk(*directive.block, findings);
  }
}

}  // namespace

void client_name_rules(const Snapshot& snapshot, std::vector<Finding>& findings) {
  walk(snapshot.config->document->main, findings);
}

}  // namespace mtls::audit::rules
