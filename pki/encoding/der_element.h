// One element of DER at a time: tag, length, content (X.690 §8.1), by OpenSSL's ASN1_get_object().
// Private to the floor. Pure.
#pragma once

#include <span>

namespace mtls::pki::encoding {

using DerBytes = std::span<const unsigned char>;

struct DerElement {
  DerBytes content;
  DerBytes rest;                 // what follows it
  bool may_hold_others = false;  // constructed, or an OCTET STRING: extensions stand in those
};

/// The first of `der`; no content and no rest where none begins. Leaves traces in the error queue.
DerElement first_element(DerBytes der);

}  // namespace mtls::pki::encoding
