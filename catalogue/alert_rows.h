// The rows of catalogue/alerts.h. Only alert*.cc include it.
#pragma once

#include "catalogue/alerts.h"

namespace mtls::catalogue::rows {

/// About certificates.
std::span<const TlsAlert> certificate_alerts();
/// About everything else that ends a handshake.
std::span<const TlsAlert> other_alerts();

}  // namespace mtls::catalogue::rows
