// How far the replacement of a client CA has come, as far as the files tell. Pure.
#pragma once

#include <vector>

#include "audit/trust/trust.h"
#include "pki/paths/bundle.h"

namespace mtls::audit::trust {

/// Of the distinct client CA certificates of a judged store, those that have a predecessor or a
/// successor in it (pki::paths::Member::successor), in the store's order.
std::vector<RotatingCa> rotating_cas(const TrustContent& content,
                                     const pki::paths::BundleView& store, const Clock& clock);

/// The rotations that the settings declare between certificates of a store, as its indices.
std::vector<pki::paths::BundleQuestion::Succession> declared_successions(
    const std::vector<RotationSetting>& rotations, const TrustContent& content,
    const MaterialView& material);

}  // namespace mtls::audit::trust
