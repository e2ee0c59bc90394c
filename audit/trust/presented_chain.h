// What a peer makes of the certificates it is sent: the way from the leaf upwards. Pure.
#pragma once

#include <vector>

#include "pki/certificate.h"

namespace mtls::audit::trust {

/// `presented`, leaf first, not empty: from the leaf over issuers that are sent too, in whatever
/// order, up to the last one a peer gets to.
std::vector<const pki::Certificate*> path_of(const std::vector<pki::Certificate>& presented);

}  // namespace mtls::audit::trust
