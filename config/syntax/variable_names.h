// Finds the names of variables in the words of a configuration. Knows no variables;
// config/vocabulary/variable_table.h does. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mtls::config::syntax {

/// The names of the variables in `text`, in lower case as nginx stores them. `$1` counts too.
std::vector<std::string> variables_in(std::string_view text);

/// The name, in lower case, of the `$name` or `${name}` at `at`. Moves `at` behind it.
std::string take_name(std::string_view text, std::size_t& at);

/// The names of a pattern's groups, which become variables: `(?<name>…)`, `(?P<name>…)`,
/// `(?'name'…)`. In lower case.
std::vector<std::string> named_groups(std::string_view pattern);

}  // namespace mtls::config::syntax
