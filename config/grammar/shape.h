// What ngx_conf_handler() and the slot functions say about a directive's place and shape, and what
// a block has inside (R1.11, R1.20, R1.43, R1.44). The TLS directives' own rules are in
// config/grammar/directives.h. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "config/syntax/ast.h"
#include "config/vocabulary/context.h"
#include "config/vocabulary/vocabulary.h"

namespace mtls::config::grammar {

/// The context inside `directive`, a block that stands in `outer`.
vocabulary::Context context_inside(const syntax::Directive& directive, vocabulary::Context outer);

/// What one block holds so far of directives that may stand in it but once.
using Seen = std::set<const vocabulary::KnownDirective*>;

/// The complaint of an nginx of `release` about `directive` in `context`; nothing about what no
/// module of nginx knows (R1.12). `seen` belongs to the block around it and learns of it.
std::optional<std::string> shape_error(const syntax::Directive& directive,
                                       vocabulary::Context context, Seen& seen,
                                       const vocabulary::Release& release = {});

/// Its complaint about the words of `line`, a line of the data block called `block` (R1.20).
std::optional<std::string> data_line_error(const std::string& block, const syntax::Directive& line,
                                           const vocabulary::Release& release = {});

}  // namespace mtls::config::grammar
