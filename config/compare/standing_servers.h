// Which server blocks an edit of the configuration leaves as they were, so that what was found out
// about them need not be found out again. In doubt a block counts as changed. Pure.
#pragma once

#include <vector>

#include "config/resolved.h"
#include "config/syntax/ast.h"

namespace mtls::config::compare {

/// A configuration and what it amounts to.
struct ResolvedText {
  const syntax::Document& document;
  const ResolvedConfig& resolved;  // of `document`
};

/// By index in ResolvedConfig::servers of both configurations; empty: no server block can be told
/// from the others, because they differ in number, or something outside of them differs.
struct StandingServers {
  /// The block has the same text at the same place, and comes to the same settings.
  std::vector<bool> equal;
  /// It is equal, and so are all server blocks that a judgement of it may look at: whose TLS
  /// context it uses, who has its names, the default servers of its sockets, the blocks behind it
  /// if it is one, its plaintext twins, its open siblings. Names of variables count too.
  std::vector<bool> standing;

  bool is_known() const { return !equal.empty(); }
};

StandingServers standing_servers(const ResolvedText& before, const ResolvedText& now);

}  // namespace mtls::config::compare
