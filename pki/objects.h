// OpenSSL's objects of certificates between two uses. They take five times the memory of the bytes
// that they are made from, so they can be dropped and made again (ADR 20).
#pragma once

#include <cstddef>
#include <span>

#include "pki/certificate.h"

namespace mtls::pki {

/// A good `beyond` for drop_objects() between two judgements.
inline constexpr std::size_t kManyObjects = 256;

/// Where more than `beyond` certificates got their objects again on this thread since the last
/// call, all of these lose them, until somebody needs them. Not while a function of pki runs or a
/// TrustStore is in use.
void drop_objects(std::size_t beyond);
/// The same for certificates that were just parsed.
void drop_objects(std::span<const Certificate> certificates);

}  // namespace mtls::pki
