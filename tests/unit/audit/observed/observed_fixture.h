// Clients of a host in memory, as the observer keeps them: with their certificates, or as facts.
#pragma once

#include <string>
#include <vector>

#include "pki/material.h"
#include "running/observed_client.h"
#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit_fixture {

inline running::ObservedClient kept_of(const Minted& client, const std::string& issuer_key,
                                       bool keeps_certificate,
                                       const std::string& server = "a.test") {
  const pki::Certificate leaf = pki::parse_material(client.certificate_pem).certificates.at(0);
  const std::string der = testing::as_der(client);
  running::ObservedClient kept{.fingerprint = leaf.facts().fingerprint.hex(),
                               .issuer_key = issuer_key,
                               .serial = leaf.facts().serial.hex,
                               .not_before = *leaf.facts().validity.not_before,
                               .not_after = *leaf.facts().validity.not_after,
                               .may_be_client = true,
                               .key_kind = "EC prime256v1",
                               .signature_kind = "ecdsa-with-SHA256",
                               .visits = {{.at = {.server = server, .listen = "0.0.0.0:443"},
                                           .first_seen = kT0 - days{1},
                                           .last_seen = kT0,
                                           .connections = 1}},
                               .certificate = {}};
  if (keeps_certificate) kept.certificate.assign(der.begin(), der.end());
  return kept;
}

/// The key of a CA, as labels name it.
inline std::string key_of(const Minted& ca) {
  return pki::parse_material(ca.certificate_pem).certificates.at(0).facts().key.label();
}

}  // namespace mtls::audit_fixture
