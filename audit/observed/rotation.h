// Which CAs clients still come by, and whether one can go: what the observer saw beside what the
// files say and what nginx has loaded. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "audit/observed/client_table.h"
#include "audit/snapshot.h"
#include "base/time.h"
#include "running/observed_client.h"

namespace mtls::audit::observed {

/// By server block and CA key.
using CaUses = std::map<running::ObservedServer, std::map<std::string, CaUse>>;

/// Clients that nginx refused when they came last use no CA.
CaUses ca_uses(const ClientTable& clients);

/// How well one server block was observed.
struct Watch {
  base::sys_seconds since;  // Observer::complete_since()
  std::chrono::seconds window{0};
  bool is_covered = false;   // every way to content logs to the socket
  bool tells_losses = true;  // nginx's error log has it when it cannot send a line
  // Began nginx's oldest worker, one that shuts down too. nullopt: not known.
  std::optional<base::sys_seconds> oldest_worker;
};

/// Each client CA key of a server block, in the order of its store. `loaded`: the block as the
/// running nginx has it; nullptr: not known.
std::vector<CaState> ca_states(const ServerAudit& audit, const ServerAudit* loaded,
                               const std::map<std::string, CaUse>& uses, const Watch& watch,
                               base::sys_seconds now);

}  // namespace mtls::audit::observed
