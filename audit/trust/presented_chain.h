// The path that a peer can build from the certificates it is sent, from the leaf upwards. Pure.
#pragma once

#include <vector>

#include "pki/certificate.h"

namespace mtls::audit::trust {

/// From the leaf over the issuers that are sent too, in any order, up to the last one that a peer
/// reaches. REQUIRES: `presented` is not empty and has the leaf first.
std::vector<const pki::Certificate*> path_of(const std::vector<pki::Certificate>& presented);

}  // namespace mtls::audit::trust
