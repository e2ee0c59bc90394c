// How far the replacement of a client CA has come, as far as the files tell. Pure.
#pragma once

#include <vector>

#include "audit/trust/trust.h"

namespace mtls::audit::trust {

/// Of the distinct client CA certificates of a judged store, those that have a predecessor or a
/// successor in it (pki::Member::successor), in the store's order.
std::vector<RotatingCa> rotating_cas(const TrustContent& content, const pki::BundleView& store,
                                     const Clock& clock);

}  // namespace mtls::audit::trust
