// Which of the clients that came are asked for. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "running/observed_client.h"

namespace mtls::reports::clients {

/// All that is set has to hold.
struct Selection {
  std::string server = {};  // a glob over the label `server`; "": any
  std::string ca = {};      // the label `ca`, or how the key's hash begins; "": any
  std::optional<std::chrono::seconds> expiring = {};      // ends within this time, or has ended
  bool refused = false;                                   // by nginx, when it came last
  std::optional<std::chrono::seconds> unused_since = {};  // came nowhere for so long
};

/// Those of `clients` that are asked for, with the visits that are, in their order.
std::vector<running::ObservedClient> select(std::vector<running::ObservedClient> clients,
                                            const Selection& selection, base::sys_seconds now);

}  // namespace mtls::reports::clients
