#include "config/grammar/shape.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "config/grammar/condition.h"
#include "config/grammar/directives.h"
#include "config/grammar/slots.h"
#include "config/grammar/values.h"

namespace mtls::config::grammar {
namespace {

using enum vocabulary::Context;

struct BlockContext {
  std::string_view block;
  vocabulary::Context outer;
  vocabulary::Context inner;
};

constexpr std::array kBlockContexts{
    BlockContext{"events", kMain, kEvents},
    BlockContext{"http", kMain, kHttp},
    BlockContext{"stream", kMain, kStream},
    BlockContext{"mail", kMain, kMail},
    BlockContext{"server", kHttp, kHttpServer},
    BlockContext{"server", kStream, kStreamServer},
    BlockContext{"server", kMail, kMailServer},
    BlockContext{"location", kHttpServer, kLocation},
    BlockContext{"location", kLocation, kLocation},
    BlockContext{"if", kHttpServer, kServerIf},
    BlockContext{"if", kLocation, kLocationIf},
    BlockContext{"limit_except", kLocation, kLimitExcept},
    BlockContext{"upstream", kHttp, kUpstream},
    BlockContext{"upstream", kStream, kStreamUpstream},
};

// ngx_conf_set_flag_slot().
constexpr DirectiveRule kOnOffRule{.name = "", .modules = "", .value = ValueKind::kFlag};

bool is_main_block(const vocabulary::KnownDirective* known) {
  return known->is_block() && known == vocabulary::find_known(known->name, kMain);
}

std::optional<std::string> repeat_error(const syntax::Directive& directive,
                                        const vocabulary::KnownDirective& known, Seen& seen) {
  const bool is_late = directive.name == "load_module" &&  // ngx_load_module(): modules_used
                       std::any_of(seen.begin(), seen.end(), is_main_block);
  if (is_late) return directive_complaint(directive, "is specified too late");
  if ((known.is_once() || is_main_block(&known)) && !seen.insert(&known).second) {
    return directive_complaint(directive, "is duplicate");
  }
  return std::nullopt;
}

std::string unknown_directive(const syntax::Directive& directive) {
  return "unknown directive \"" + directive.name + "\"";
}

// The complaint about a directive that the vocabulary does not have in `context`.
std::optional<std::string> foreign_error(const syntax::Directive& directive,
                                         vocabulary::Context context,
                                         const vocabulary::Release& release) {
  if (const DirectiveRule* rule = find_rule(directive.name)) {
    const bool opens_block = directive.block && is_allowed(*rule, context, rule->until);
    return opens_block ? std::optional(not_terminated(directive)) : std::nullopt;
  }
  const bool may_be_another_modules =
      release.modules == nullptr && !vocabulary::is_known(directive.name);
  if (may_be_another_modules) return std::nullopt;  // R1.12, R9.10
  if (!vocabulary::is_known(directive.name, release)) return unknown_directive(directive);
  return directive_complaint(directive, "is not allowed here");
}

// `{` where the directive needs one, and nowhere else; then the number of words.
std::optional<std::string> words_error(const syntax::Directive& directive,
                                       const vocabulary::KnownDirective& known) {
  if (directive.block && !known.is_block()) return not_terminated(directive);
  if (!directive.block && known.is_block()) {
    return "directive \"" + directive.name + "\" has no opening \"{\"";
  }
  return known.takes(directive.args.size()) ? std::nullopt : std::optional(wrong_arity(directive));
}

std::optional<std::string> flag_error(const syntax::Directive& directive,
                                      vocabulary::Context context, bool is_flag) {
  return is_flag ? value_error(kOnOffRule, directive, context) : std::nullopt;
}

std::optional<std::string> tls_form_error(const syntax::Directive& directive,
                                          const DirectiveRule& rule, vocabulary::Context context) {
  if (!is_allowed(rule, context, rule.until)) {
    return directive_complaint(directive, "is not allowed here");
  }
  if (directive.block) return not_terminated(directive);
  const int count = static_cast<int>(directive.args.size());
  if (count < rule.min_args || count > rule.max_args) return wrong_arity(directive);
  return flag_error(directive, context, rule.value == ValueKind::kFlag);
}

}  // namespace

vocabulary::Context context_inside(const syntax::Directive& directive, vocabulary::Context outer) {
  const vocabulary::KnownDirective* known = vocabulary::find_known(directive.name, outer);
  if (known == nullptr || !known->is_block()) return kOpaque;
  if (is_data_block(directive)) return kData;
  const auto* const found = std::find_if(
      kBlockContexts.begin(), kBlockContexts.end(),
      [&](const BlockContext& one) { return one.block == directive.name && one.outer == outer; });
  return found == kBlockContexts.end() ? kOpaque : found->inner;
}

std::optional<std::string> shape_error(const syntax::Directive& directive,
                                       vocabulary::Context context, Seen& seen,
                                       const vocabulary::Release& release) {
  if (context == kOpaque || context == kData) return std::nullopt;
  if (directive.name.starts_with("\xEF\xBB\xBF")) {  // R1.6: no module has such a directive
    return unknown_directive(directive);
  }
  const vocabulary::KnownDirective* known = vocabulary::find_known(directive.name, context);
  if (known == nullptr || !vocabulary::exists_in(*known, release)) {
    return foreign_error(directive, context, release);
  }
  if (auto error = words_error(directive, *known)) return error;
  if (auto error = repeat_error(directive, *known, seen)) return error;
  if (directive.name == "if") return condition_error(directive);
  return slot_error(directive, *known, context, release);
}

std::optional<std::string> form_error(const syntax::Directive& directive,
                                      vocabulary::Context context) {
  if (context == kOpaque || context == kData) return std::nullopt;
  if (const auto* known = vocabulary::find_known(directive.name, context)) {
    if (auto error = words_error(directive, *known)) return error;
    return flag_error(directive, context, known->trait == vocabulary::Trait::kOnOff);
  }
  if (const DirectiveRule* rule = find_rule(directive.name)) {
    return tls_form_error(directive, *rule, context);
  }
  return foreign_error(directive, context, {});
}

}  // namespace mtls::config::grammar
