// Directives of nginx's core that are inherited as a whole: what a block writes replaces what the
// blocks around it write. Pure.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "config/syntax/ast.h"
#include "config/tls_context.h"

namespace mtls::config::tls {

/// All directives of the innermost level that has any. Empty: nobody wrote it.
using InForce = std::vector<const syntax::Directive*>;

/// One directive all over the configuration. Levels: the server block, the block of its module, the
/// main level (-g included). What stands in a location does not matter to clients who are refused,
/// since that happens before one is chosen.
class CoreDirective {
 public:
  CoreDirective(const syntax::Document& document, std::string_view name);

  InForce in(const TlsContext& server) const;
  const InForce& main() const { return main_; }

 private:
  std::string_view name_;
  InForce main_;
  std::map<Module, InForce> around_;  // of the blocks of the modules
};

/// Whether this `error_log` keeps `client SSL certificate verify error` and its kin, which are of
/// level info (R3.51); a debug level, also one for parts of nginx alone, is a greater number than
/// that (ngx_log_set_levels()).
bool takes_refusals(const syntax::Directive& log);
/// The same for the failures of backends, which are of level error (R3.55).
bool takes_upstream_failures(const syntax::Directive& log);
/// The same for warnings: a line of the access log was lost (R9.7).
bool takes_warnings(const syntax::Directive& log);

}  // namespace mtls::config::tls
