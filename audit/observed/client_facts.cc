#include "audit/observed/client_facts.h"

#include "pki/strength.h"
#include "running/observed_counts.h"

namespace mtls::audit::observed {

std::optional<running::ObservedClient> client_facts(std::span<const unsigned char> der,
                                                    const pki::clients::IssuerKeys& keys,
                                                    bool keeps_certificate) {
  const auto leaf = pki::parse_certificate(der);
  if (!leaf) return std::nullopt;
  const pki::CertificateFacts& facts = leaf->facts();
  if (!facts.validity.not_before || !facts.validity.not_after) return std::nullopt;
  const auto issuer = keys.issuer_of(*leaf);
  running::ObservedClient client;
  client.fingerprint = facts.fingerprint.hex();
  client.issuer_key = issuer ? issuer->label() : running::kOtherKey;
  client.serial = facts.serial.hex;
  client.not_before = *facts.validity.not_before;
  client.not_after = *facts.validity.not_after;
  client.may_be_client = pki::may_act_as_client(*leaf);
  client.key_kind = pki::clients::key_kind(*leaf);
  client.signature_kind = pki::clients::signature_kind(*leaf);
  if (keeps_certificate) client.certificate.assign(der.begin(), der.end());
  return client;
}

}  // namespace mtls::audit::observed
