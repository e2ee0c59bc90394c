// OpenSSL's memory. When OpenSSL runs out of it, it reports the same errors as for a bad
// certificate. So its failed allocations are counted here, which sets state of the whole process.
// And its objects of certificates take five times the memory of the bytes that they are made from,
// so they are dropped between two uses, and made again when somebody asks (ADR 20).
#pragma once

#include <cstddef>

namespace mtls::pki {

/// Called when an allocation failed; returns whether to try again. May block.
using TryAgain = bool (*)();

/// From now on OpenSSL's failed allocations are counted (base/shortage.h) once `try_again` returns
/// false. Must be called before OpenSSL's first allocation (CRYPTO_set_mem_functions(3)); later it
/// has no effect.
void note_openssl_shortages(TryAgain try_again);

/// A good `beyond` for drop_objects() between two judgements.
inline constexpr std::size_t kManyObjects = 256;

/// Where more than `beyond` certificates got their objects again on this thread since the last
/// call, all of these lose them, until somebody needs them. Not while a function of pki runs or a
/// TrustStore is in use.
void drop_objects(std::size_t beyond);

}  // namespace mtls::pki
