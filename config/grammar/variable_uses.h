// Which words of a directive nginx compiles when it reads them, and which variables it looks up in
// them: ngx_http_script_compile(), ngx_http_get_variable_index() and their kin in stream.
// config/tls/variable_check.h covers the words that nginx compiles when it merges blocks. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/nginx_build.h"
#include "config/setting.h"
#include "config/syntax/ast.h"

namespace mtls::config::grammar {

struct VariableUses {
  std::vector<std::string> names = {};  // in lower case, in nginx's order; without `$1` to `$9`
  // Nginx's complaint about a word that it cannot compile.
  std::optional<std::string> complaint = {};
};

/// The variables in one word that nginx compiles.
VariableUses uses_in_word(std::string_view text);

/// The argument of `directive` that names the variable it sets, as written with its `$`: `map …
/// $x`, `set $x …`. nullptr when it sets none.
const syntax::Argument* assigned_variable(const syntax::Directive& directive);

/// The variables in the words of `directive`, which stands somewhere in the http or stream block.
/// Covers only words that nginx is proven to compile in all releases from 1.18 on.
VariableUses uses_of(const syntax::Directive& directive, Module module, Version version);

}  // namespace mtls::config::grammar
