// Directives whose values a function of their own checks (set of their ngx_command_t). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/syntax/ast.h"
#include "config/vocabulary/context.h"

namespace mtls::config::grammar {

struct OwnSlot {
  std::string_view directive;
  /// Why nginx refuses the arguments, in its words; nullopt: it accepts them, or this is not
  /// judged. REQUIRES: the number of arguments is right.
  std::optional<std::string> (*error)(const syntax::Directive& directive);
  bool takes_words = false;  // others of nginx's family have more of them
  bool only_http = false;    // stream has a namesake
};

/// nullptr: no function of its own is known.
const OwnSlot* find_own_slot(std::string_view directive, vocabulary::Context context);

}  // namespace mtls::config::grammar
