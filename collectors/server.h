// The server blocks that have series, as the groups of families see them. Pure.
#pragma once

#include <vector>

#include "audit/snapshot.h"
#include "collectors/family.h"

namespace mtls::collectors {

/// A server block with TLS, the one that nginx selects of those with its labels.
struct Server {
  const config::TlsContext& context;
  const audit::ServerAudit& audit;

  Labels labels() const { return {{"server", context.id.server}, {"listen", context.id.listen}}; }
};

/// Of blocks with the same labels only the one that nginx selects is here.
std::vector<Server> servers_of(const audit::Snapshot& snapshot);

/// Those of them that ask for client certificates.
std::vector<Server> asking_servers_of(const audit::Snapshot& snapshot);

}  // namespace mtls::collectors
