// Lack of memory inside OpenSSL, which it reports like any certificate it does not like.
#pragma once

namespace mtls::pki {

/// From now on OpenSSL's failed allocations are noted (base/shortage.h). Only before its first
/// allocation (CRYPTO_set_mem_functions(3)); later it changes nothing.
void note_openssl_shortages();

}  // namespace mtls::pki
