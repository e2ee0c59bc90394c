// Ports on 127.0.0.1 for servers under test. A process claims a port by binding the abstract Unix
// socket "mtls-test-port-N" and keeps it until it dies. Binding is atomic, and belongs to a network
// namespace like the port itself, so concurrent tests never get the same port.
#pragma once

#include <cstdint>

namespace mtls::testing {

/// A port below the ephemeral range on which nothing listened a moment ago, claimed until this
/// process ends. Throws std::runtime_error when all are taken.
std::uint16_t free_port();

}  // namespace mtls::testing
