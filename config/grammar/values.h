// The values of the directives in the TLS table, as nginx's slot functions check and read them.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/grammar/directives.h"
#include "config/tls_context.h"

namespace mtls::config::grammar {

/// Why nginx refuses the arguments of `directive`, in its words (R1.10, R2.A); nullopt: it accepts
/// them. REQUIRES: the number of arguments is right.
std::optional<std::string> value_error(const DirectiveRule& rule,
                                       const syntax::Directive& directive,
                                       vocabulary::Context context);

/// Why nginx refuses the URL of a proxy_pass in a place where it cannot replace a part of the
/// request's path.
std::optional<std::string> proxy_uri_error(std::string_view url);

/// A server_name as nginx stores it (ngx_http_core_server_name()): in lower case; a regular
/// expression (`~…`) stays as it is; `$hostname` becomes `hostname` unless that is "".
std::string stored_server_name(const std::string& argument, const std::string& hostname);

// REQUIRES of all that follow: the directive has no value_error().
bool flag_value(const syntax::Directive& directive);
// Wraps at 2^32, as in nginx where it becomes an int.
int number_value(const syntax::Directive& directive);
VerifyClient verify_client_value(const syntax::Directive& directive);
/// The words of `rule` that occur in the arguments, in the order and spelling of the table.
std::string words_value(const DirectiveRule& rule,
                        const std::vector<const syntax::Directive*>& directives);

}  // namespace mtls::config::grammar
