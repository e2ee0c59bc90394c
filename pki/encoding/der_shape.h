// What a piece of DER or BER is, by the tags of its outer elements alone: nothing is decoded, least
// of all a private key (ADR 4). Private to pki/. Pure.
#pragma once

#include <cstddef>

#include "pki/encoding/der_element.h"

namespace mtls::pki::encoding {

enum class DerShape {
  kCertificate,  // RFC 5280 §4.1
  kCrl,          // RFC 5280 §5.1
  kRequest,      // PKCS #10, RFC 2986
  kPkcs7,        // RFC 5652 ContentInfo
  kPkcs12,       // RFC 7292
  kPrivateKey,   // PKCS #8, encrypted or not, PKCS #1, RFC 5915
  kPublicKey,    // RFC 5280 SubjectPublicKeyInfo, PKCS #1
  kOther,
};

struct DerPiece {
  DerShape shape = DerShape::kOther;
  std::size_t size = 0;  // bytes of the whole element; 0: unknown, because its length is indefinite
};

/// The element with which `der` begins. kOther too when `der` ends inside it.
DerPiece shape_of(DerBytes der);

}  // namespace mtls::pki::encoding
