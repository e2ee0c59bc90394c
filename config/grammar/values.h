// The values of the directives in the table, as nginx's slot functions judge and read them. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/grammar/directives.h"
#include "config/tls_context.h"

namespace mtls::config::grammar {

/// Why nginx refuses the arguments of `directive` (arity already checked), in its words (R1.10,
/// R2.A).
std::optional<std::string> value_error(const DirectiveRule& rule,
                                       const syntax::Directive& directive,
                                       vocabulary::Context context);

/// Of a proxy_pass where nginx can replace no part of the request's path.
std::optional<std::string> proxy_uri_error(std::string_view url);

/// Lower case; regular expressions (`~…`) stay as they are, `$hostname` becomes `hostname` where
/// that is known (ngx_http_core_server_name).
std::string stored_server_name(const std::string& argument, const std::string& hostname);

// Of directives without a value_error:
bool flag_value(const syntax::Directive& directive);
int number_value(
    const syntax::Directive& directive);  // wraps at 2^32, as where nginx hands it on as int
VerifyClient verify_client_value(const syntax::Directive& directive);
/// The words of `rule` that stand in the arguments, in the table's order and spelling.
std::string words_value(const DirectiveRule& rule,
                        const std::vector<const syntax::Directive*>& directives);

}  // namespace mtls::config::grammar
