// Lack of memory inside OpenSSL, which it reports like any certificate it does not like.
#pragma once

namespace mtls::pki {

/// Asked by an allocation that found no memory: whether to look once more. It may take its time.
using TryAgain = bool (*)();

/// From now on OpenSSL's failed allocations are noted (base/shortage.h), once `try_again` says no.
/// Only before its first allocation (CRYPTO_set_mem_functions(3)); later it changes nothing.
void note_openssl_shortages(TryAgain try_again);

}  // namespace mtls::pki
