// Clients of a host in memory, as the observer keeps them: with their certificates, or as facts.
#pragma once

#include <string>
#include <vector>

#include "pki/material.h"
#include "running/observed_client.h"
#include "tests/unit/audit/audit_fixture.h"
#include "tests/unit/audit/observed/observed_leaf.h"

namespace mtls::audit_fixture {

inline running::ObservedClient kept_of(const Minted& client, const std::string& issuer_key,
                                       bool keeps_certificate,
                                       const std::string& server = "a.test") {
  const std::string der = testing::as_der(client);
  running::ObservedClient kept = testing::observed_leaf(client, issuer_key);
  kept.visits = {{.at = {.server = server, .listen = "0.0.0.0:443"},
                  .first_seen = kT0 - days{1},
                  .last_seen = kT0,
                  .connections = 1}};
  if (keeps_certificate) kept.certificate.assign(der.begin(), der.end());
  return kept;
}

/// The key of a CA, as labels name it.
inline std::string key_of(const Minted& ca) {
  return pki::parse_material(ca.certificate_pem).certificates.at(0).facts().key.label();
}

}  // namespace mtls::audit_fixture
