// Where a directive of the TLS table may stand, and how nginx complains of a directive (R1.11).
// Knows rules, not effective values. Pure.
#pragma once

#include <string>
#include <string_view>

#include "config/ast.h"
#include "config/context.h"
#include "config/directive_table.h"
#include "config/nginx_build.h"

namespace mtls::config {

bool is_allowed(const DirectiveRule& rule, Context context, Version version);

/// How nginx says it: `"NAME" directive is not allowed here` and alike.
std::string about(const Directive& directive, std::string_view complaint);
std::string wrong_arity(const Directive& directive);
std::string not_terminated(const Directive& directive);

}  // namespace mtls::config
