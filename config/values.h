// The values of the directives in the table, as nginx's slot functions judge and read them. Pure.
#pragma once

#include <optional>
#include <string>

#include "config/directives.h"
#include "config/tls_context.h"

namespace mtls::config {

/// Why nginx refuses the arguments of `directive` (arity already checked), in its words (R1.10,
/// R2.A).
std::optional<std::string> value_error(const DirectiveRule& rule, const Directive& directive);

/// Lower case; regular expressions (`~…`) stay as they are (ngx_http_core_server_name).
std::string stored_server_name(const std::string& argument);

// Of directives without a value_error:
bool flag_value(const Directive& directive);
int number_value(const Directive& directive);  // wraps at 2^32, as where nginx hands it on as int
VerifyClient verify_client_value(const Directive& directive);

}  // namespace mtls::config
