// The shared memory zones that TLS directives name: each name has one size and one use
// (ngx_shared_memory_add()). Zones of other modules are not known here. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "config/grammar/directive_table.h"
#include "config/syntax/ast.h"

namespace mtls::config::blocks {

class SharedZones {
 public:
  /// Adds the zones that `directive` names and returns nginx's complaint, if any. A directive that
  /// names no zones is ignored. REQUIRES: no value_error(). `module`: http, stream or mail; the
  /// same directive in another module is another use.
  std::optional<std::string> add(const grammar::DirectiveRule& rule,
                                 const syntax::Directive& directive, std::string_view module);

 private:
  struct Zone {
    std::string use;
    std::int64_t bytes = 0;
  };

  std::map<std::string, Zone, std::less<>> zones_;
};

}  // namespace mtls::config::blocks
