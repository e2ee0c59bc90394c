// One handshake with a server block of the running nginx, over a socket. Waits for nginx: for a
// worker thread.
#pragma once

#include <chrono>

#include "audit/probe.h"

namespace mtls::daemon::probe {

/// Never fails: what went wrong is in ProbeAnswer::failure.
audit::ProbeAnswer ask(const audit::ProbeTarget& target, std::chrono::milliseconds timeout);

}  // namespace mtls::daemon::probe
