// Weak ciphers that a server block accepts, and DH parameters that are too short. Asked once per
// cipher string and file. Pure in what the files answer.
#pragma once

#include "audit/refusals/files.h"
#include "audit/snapshot.h"

namespace mtls::audit::refusals {

/// Of every server block that TLS leads to. Nothing about ciphers where nginx runs on another
/// OpenSSL release than this program.
TlsStrength tls_strength(const RefusalScene& scene);

}  // namespace mtls::audit::refusals
