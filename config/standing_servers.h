// What a configuration has in common with the one before it, server block by server block. Plain
// values; config/compare.h computes them.
#pragma once

#include <vector>

namespace mtls::config {

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

}  // namespace mtls::config
