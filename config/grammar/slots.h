// The values of the directives of the vocabulary, as nginx's slot functions check them
// (ngx_conf_set_num_slot() and its kind, src/core/ngx_conf_file.c, and those of
// config/grammar/own_slots.h). Pure.
#pragma once

#include <optional>
#include <string>

#include "config/syntax/ast.h"
#include "config/vocabulary/vocabulary.h"

namespace mtls::config::grammar {

/// Why an nginx of this release refuses the arguments, in its words; nullopt: it accepts them, or
/// nobody here knows. Words are judged only where all modules are known: others of nginx's family
/// have more. REQUIRES: the number of arguments is right.
std::optional<std::string> slot_error(const syntax::Directive& directive,
                                      const vocabulary::KnownDirective& known,
                                      vocabulary::Context context,
                                      const vocabulary::Release& release);

}  // namespace mtls::config::grammar
