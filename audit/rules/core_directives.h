// Directives of nginx's core that the TLS table does not hold, as they are in force in a server
// block: what it writes replaces what the blocks around it write. Pure.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "config/syntax/ast.h"
#include "config/tls_context.h"

namespace mtls::audit::rules {

/// All directives of the innermost level that has any; empty: nobody wrote it.
using InForce = std::vector<const config::syntax::Directive*>;

/// One directive all over a configuration. Levels: the server block, the block of its module, the
/// main level (-g included). What stands in a location does not matter to clients who are refused,
/// since that happens before one is chosen.
class CoreDirective {
 public:
  /// `document` has to outlive this, and has to be the one the servers were resolved from.
  CoreDirective(const config::syntax::Document& document, std::string_view name);

  InForce in(const config::TlsContext& server) const;

 private:
  std::string_view name_;
  std::map<config::Module, InForce> around_;  // of the blocks of the modules
};

}  // namespace mtls::audit::rules
