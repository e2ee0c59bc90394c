// OpenSSL's memory. When OpenSSL runs out of it, it reports the same errors as for a bad
// certificate. So its failed allocations are counted here. Sets state of the whole process.
#pragma once

namespace mtls::pki {

/// Called when an allocation failed; returns whether to try again. May block.
using TryAgain = bool (*)();

/// From now on OpenSSL's failed allocations are counted (base/shortage.h) once `try_again` returns
/// false. Must be called before OpenSSL's first allocation (CRYPTO_set_mem_functions(3)); later it
/// has no effect.
void note_openssl_shortages(TryAgain try_again);

}  // namespace mtls::pki
