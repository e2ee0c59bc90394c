// Which words of a directive nginx compiles when it reads them, and the variables it looks up in
// them: ngx_http_script_compile(), ngx_http_get_variable_index() and their kin in stream. What is
// compiled only where blocks are merged is config/tls/variable_check.h. Pure.
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
  std::vector<std::string> names = {};        // lower case, in nginx's order; without `$1` to `$9`
  std::optional<std::string> complaint = {};  // nginx's, of a word that cannot be compiled
};

/// Of one word that nginx compiles.
VariableUses uses_in_word(std::string_view text);

/// The variable that `directive` gives a value to, as written with its `$`: `map … $x`, `set $x …`;
/// nullptr: none.
const syntax::Argument* assigned_variable(const syntax::Directive& directive);

/// Of `directive`, which stands somewhere in the http or stream block; empty where nobody proved
/// that nginx compiles the word in releases from 1.18 on.
VariableUses uses_of(const syntax::Directive& directive, Module module, Version version);

}  // namespace mtls::config::grammar
