// Which certificate of a store follows which. Private to pki/paths. Pure.
#pragma once

#include <vector>

#include "pki/paths/bundle.h"

namespace mtls::pki::paths {

/// Links each CA certificate to the one that renews it. A renewed CA keeps its name, its key or
/// both.
void link_renewals(std::vector<Member>& members);

/// A declared successor counts where no certificate of the same name or key follows.
void link_declared(const std::vector<BundleQuestion::Succession>& successions,
                   base::sys_seconds now, std::vector<Member>& members);

}  // namespace mtls::pki::paths
