// The names of variables in the words of a configuration. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mtls::config::syntax {

/// The names of the variables in a text, in lower case as nginx stores them; `$1` too.
std::vector<std::string> variables_in(std::string_view text);

/// The name of the one `$name` or `${name}` at `at`, likewise; `at` is moved behind it.
std::string take_name(std::string_view text, std::size_t& at);

/// The names that a pattern gives to groups, which are variables too: `(?<name>…)`, `(?P<name>…)`,
/// `(?'name'…)`; in lower case.
std::vector<std::string> named_groups(std::string_view pattern);

}  // namespace mtls::config::syntax
