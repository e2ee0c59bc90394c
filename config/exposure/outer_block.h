// An http or stream block, prepared once for questions about each of its server blocks. Pure.
#pragma once

#include "config/exposure/enforcement.h"
#include "config/exposure/variables.h"
#include "config/syntax/ast.h"
#include "config/tls_context.h"

namespace mtls::config::exposure {

struct OuterBlock {
  explicit OuterBlock(const syntax::Directive& block);

  // What the block itself sets. Without this copy each search at that level would pass over all its
  // servers.
  syntax::Directive alone;
  Variables variables;
};

/// `server`: the block of `context`. The answer points into all three.
GuardQuestion question_about(const OuterBlock& outer, const syntax::Directive& server,
                             const TlsContext& context);

}  // namespace mtls::config::exposure
