// The server blocks that have series, as the groups of families see them. Pure.
#pragma once

#include "audit/snapshot.h"
#include "collectors/text.h"

namespace mtls::collectors {

/// A server block, the one that nginx selects of those with its labels.
struct Server {
  const config::TlsContext& context;
  const audit::ServerAudit& audit;
  LabelText labels;  // server and listen

  Server(const audit::Snapshot& snapshot, std::size_t index)
      : context(snapshot.config->resolved.servers.at(index)),
        audit(*snapshot.servers.at(index)),
        labels{{"server", context.id.server}, {"listen", context.id.listen}} {}

  /// The server_* families exist for it.
  bool asks() const { return config::asks(context); }
};

}  // namespace mtls::collectors
