// A client that this program cannot judge as nginx does, whichever OpenSSL it is linked with (R9.4,
// R9.18).
#pragma once

#include "pki/openssl_release.h"
#include "tests/support/der.h"
#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit_fixture {

inline void put_unjudged_client(Host& host) {
  namespace der = testing::der;
  const bool knows_ml_dsa = pki::linked_openssl() >= pki::kOpenssl35;
  der::CertificateFields fields;
  if (knows_ml_dsa) {
    fields.not_after = der::tlv(der::kUtcTime, "3001010000Z");
    host.policy.build.openssl = {3, 0, 0};
  } else {
    fields.public_key =
        der::public_key(der::sequence({der::oid("2.16.840.1.101.3.4.3.17")}), der::numbered(64, 5));
    host.policy.build.openssl = {3, 5, 0};
  }
  host.canary(der::certificate_pem(fields));
}

}  // namespace mtls::audit_fixture
