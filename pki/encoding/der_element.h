// Reads DER one element at a time: tag, length, content (X.690 §8.1), with OpenSSL's
// ASN1_get_object(). Private to pki/. Pure.
#pragma once

#include <span>

namespace mtls::pki::encoding {

using DerBytes = std::span<const unsigned char>;

struct DerElement {
  DerBytes content;
  DerBytes rest;                 // what follows the element
  bool may_hold_others = false;  // constructed, or an OCTET STRING, which may hold an extension
};

/// The first element of `der`. Content and rest are empty when no element begins there. Leaves
/// entries in the error queue.
DerElement first_element(DerBytes der);

}  // namespace mtls::pki::encoding
