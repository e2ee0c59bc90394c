#include "pki/encoding/der_element.h"

#include <openssl/asn1.h>

namespace mtls::pki::encoding {

DerElement first_element(DerBytes der) {
  const unsigned char* at = der.data();
  long length = 0;
  int tag = 0;
  int kind = 0;
  const int said = ASN1_get_object(&at, &length, &tag, &kind, static_cast<long>(der.size()));
  if ((said & 0x80) != 0) return {};
  const DerBytes content{at, static_cast<std::size_t>(length)};
  const bool is_octets = tag == V_ASN1_OCTET_STRING && kind == V_ASN1_UNIVERSAL;
  return {.content = content,
          .rest = der.subspan(static_cast<std::size_t>(at - der.data()) + content.size()),
          .may_hold_others = is_octets || (said & V_ASN1_CONSTRUCTED) != 0};
}

}  // namespace mtls::pki::encoding
