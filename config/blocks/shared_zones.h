// The shared memory that TLS directives name: one name is of one size and for one use
// (ngx_shared_memory_add). Zones of other modules are not known here. Pure.
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
  /// nginx's complaint about the zones that `directive` names, if it is one that can. Its
  /// values have been checked. `module`: http, stream or mail, whose zones are different uses.
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
