// What ngx_conf_handler() and the slot functions say about a directive's place and shape, and what
// a block has inside (R1.11, R1.20, R1.43, R1.44). The TLS directives' own rules are in
// config/directives.h. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "config/ast.h"
#include "config/context.h"
#include "config/vocabulary.h"

namespace mtls::config {

/// The context inside `directive`, a block that stands in `outer`.
Context context_inside(const Directive& directive, Context outer);

/// What one block holds so far of directives that may stand in it but once.
using Seen = std::set<const KnownDirective*>;

/// The complaint of an nginx of `release` about `directive` in `context`; nothing about what no
/// module of nginx knows (R1.12). `seen` belongs to the block around it and learns of it.
std::optional<std::string> shape_error(const Directive& directive, Context context, Seen& seen,
                                       const Release& release = {});

/// Its complaint about the words of `line`, a line of the data block called `block` (R1.20).
std::optional<std::string> data_line_error(const std::string& block, const Directive& line,
                                           const Release& release = {});

}  // namespace mtls::config
