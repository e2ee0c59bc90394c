// Which server blocks an edit of the configuration leaves as they were, so that what was found out
// about them need not be found out again. In doubt a block counts as changed. Pure.
#pragma once

#include "config/resolved.h"
#include "config/standing_servers.h"
#include "config/syntax/ast.h"

namespace mtls::config {

/// A configuration and what it amounts to.
struct ResolvedText {
  const syntax::Document& document;
  const ResolvedConfig& resolved;  // of `document`
};

StandingServers standing_servers(const ResolvedText& before, const ResolvedText& now);

}  // namespace mtls::config
