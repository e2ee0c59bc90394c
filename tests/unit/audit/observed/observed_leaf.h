// A client's certificate as the observer keeps it.
#pragma once

#include "pki/material.h"
#include "running/observed_client.h"
#include "tests/support/pki_maker.h"

namespace mtls::testing {

/// The facts of a minted certificate, whose keys are all of one kind. Without visits, without the
/// certificate.
inline running::ObservedClient observed_leaf(const Minted& minted, const std::string& issuer_key) {
  const pki::Certificate leaf = pki::parse_material(minted.certificate_pem).certificates.at(0);
  return {.fingerprint = leaf.facts().fingerprint.hex(),
          .issuer_key = issuer_key,
          .serial = leaf.facts().serial.hex,
          .not_before = *leaf.facts().validity.not_before,
          .not_after = *leaf.facts().validity.not_after,
          .may_be_client = true,
          .key_kind = "EC prime256v1",
          .signature_kind = "ecdsa-with-SHA256",
          .visits = {},
          .certificate = {}};
}

}  // namespace mtls::testing
