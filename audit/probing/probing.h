// Which handshakes show what the running nginx has loaded, and whether that is what the files say.
// Pure.
#pragma once

#include <vector>

#include "audit/probe.h"
#include "audit/snapshot.h"

namespace mtls::audit::probing {

/// One for each server block that asks for client certificates and that `policy.probe` is about,
/// where a client on this host can reach it over TCP or a Unix socket: under the first of its names
/// that is no pattern, or without a name where it is the default server.
std::vector<ProbeTarget> targets(const Snapshot& snapshot);

/// `snapshot`: with its material. An answer of a server block that is not there any more is left
/// out.
std::vector<ProbedServer> compared(const Snapshot& snapshot, const ProbeAnswers& answers);

}  // namespace mtls::audit::probing
