// The certificate of an observed client as the facts that are kept of it. Pure.
#pragma once

#include <optional>
#include <span>

#include "pki/clients/leaf.h"
#include "running/observed_client.h"

namespace mtls::audit::observed {

/// Without visits. `keys`: of the CAs whose files are on this host. nullopt: it is no certificate,
/// or one of its dates is none.
std::optional<running::ObservedClient> client_facts(std::span<const unsigned char> der,
                                                    const pki::clients::IssuerKeys& keys,
                                                    bool keeps_certificate);

}  // namespace mtls::audit::observed
