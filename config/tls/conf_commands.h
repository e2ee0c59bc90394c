// ssl_conf_command and its kin, understood once: nobody else compares the names of commands (R3.6,
// R3.14). Pure.
#pragma once

#include <vector>

#include "config/conf_commands.h"
#include "config/syntax/ast.h"
#include "config/tls/runtime_path.h"

namespace mtls::config::tls {

/// Of one level's directives, in order.
ConfCommands read_commands(const std::vector<const syntax::Directive*>& directives);

/// What all of `commands` come to. `requests`: nginx's own directives ask for a certificate.
ConfOverrides overrides_of(const ConfCommands& commands, const RuntimePaths& paths, bool requests);

}  // namespace mtls::config::tls
