// Where a directive of the TLS table may stand, and nginx's words for a directive in the wrong
// place or shape (R1.11). Knows rules, not effective values. Pure.
#pragma once

#include <string>
#include <string_view>

#include "config/grammar/directive_table.h"
#include "config/nginx_build.h"
#include "config/syntax/ast.h"
#include "config/vocabulary/context.h"

namespace mtls::config::grammar {

/// Whether nginx of this release accepts the directive in this context.
bool is_allowed(const DirectiveRule& rule, vocabulary::Context context, Version version);

/// nginx's words: `"NAME" directive COMPLAINT`, for example `… is not allowed here`.
std::string directive_complaint(const syntax::Directive& directive, std::string_view complaint);
/// `invalid number of arguments in "NAME" directive`.
std::string wrong_arity(const syntax::Directive& directive);
/// `directive "NAME" is not terminated by ";"`.
std::string not_terminated(const syntax::Directive& directive);

}  // namespace mtls::config::grammar
