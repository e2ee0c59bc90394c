// Directives of nginx's core that the TLS table does not hold, as they are in force in a server
// block: what it writes replaces what the blocks around it write. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "config/setting.h"
#include "config/syntax/ast.h"

namespace mtls::audit::rules {

/// All directives of the innermost level that has any; empty: nobody wrote it.
using InForce = std::vector<const config::syntax::Directive*>;

/// Of each server block of `module`, in configuration order. Levels: the server block, the block of
/// the module, the main level (-g included). What stands in a location does not matter to clients
/// who are refused, since that happens before one is chosen.
std::vector<InForce> in_force(const config::syntax::Document& document, config::Module module,
                              std::string_view name);

}  // namespace mtls::audit::rules
