// Where a directive of the TLS table may stand, and how nginx complains of a directive (R1.11).
// Knows rules, not effective values. Pure.
#pragma once

#include <string>
#include <string_view>

#include "config/grammar/directive_table.h"
#include "config/nginx_build.h"
#include "config/syntax/ast.h"
#include "config/vocabulary/context.h"

namespace mtls::config::grammar {

bool is_allowed(const DirectiveRule& rule, vocabulary::Context context, Version version);

/// How nginx says it: `"NAME" directive is not allowed here` and alike.
std::string directive_complaint(const syntax::Directive& directive, std::string_view complaint);
std::string wrong_arity(const syntax::Directive& directive);
std::string not_terminated(const syntax::Directive& directive);

}  // namespace mtls::config::grammar
