// Ports on 127.0.0.1 for servers under test. A port is claimed by binding the abstract Unix socket
// "mtls-test-port-N", which the process keeps until it dies: binding is atomic, network namespace
// for network namespace like the port itself, so tests that run at the same time never get the same
// one.
#pragma once

#include <cstdint>

namespace mtls::testing {

/// A port below the ephemeral range on which nothing listened a moment ago; claimed until this
/// process ends. Throws std::runtime_error when all are taken.
std::uint16_t free_port();

}  // namespace mtls::testing
