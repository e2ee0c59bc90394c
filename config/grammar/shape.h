// What ngx_conf_handler() and the slot functions say about a directive's context and shape, and
// what a block contains (R1.11, R1.20, R1.43, R1.44). The rules of the TLS directives are in
// config/grammar/directives.h, those of lines of data in config/grammar/data_lines.h. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "config/syntax/ast.h"
#include "config/vocabulary/context.h"
#include "config/vocabulary/vocabulary.h"

namespace mtls::config::grammar {

/// The context inside the block `directive`, which stands in the context `outer`.
vocabulary::Context context_inside(const syntax::Directive& directive, vocabulary::Context outer);

/// The directives that one block has had so far and that may occur in it only once.
using Seen = std::set<const vocabulary::KnownDirective*>;

/// The complaint of an nginx of this release about `directive` in `context`, if any. Says nothing
/// about directives that no module of nginx knows, unless all modules are known (R1.12, R9.10).
/// `seen` belongs to the block around the directive and is updated.
std::optional<std::string> shape_error(const syntax::Directive& directive,
                                       vocabulary::Context context, Seen& seen,
                                       const vocabulary::Release& release = {});

/// Only what the place and the number of words forbid, in any release and with any modules: a part
/// of what shape_error() finds, and the same of the directives in config/grammar/directives.h.
std::optional<std::string> form_error(const syntax::Directive& directive,
                                      vocabulary::Context context);

}  // namespace mtls::config::grammar
