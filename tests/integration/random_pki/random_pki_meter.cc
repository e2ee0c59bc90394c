#include "tests/integration/random_pki/random_pki_meter.h"

#include <chrono>
#include <utility>

namespace mtls::testing {

using audit::observed::Instant;
using audit::observed::TruthMeter;

PkiMeter::PkiMeter(std::shared_ptr<const audit::Snapshot> snapshot)
    : snapshot_(std::move(snapshot)) {
  for (const auto& file : snapshot_->material.files()) {
    if (!file->material) continue;
    for (const pki::Certificate& one : file->material->certificates)
      if (one.facts().is_ca) keys_.add(one);
  }
  meter_.follow(*snapshot_, Instant{snapshot_->evaluated_at - std::chrono::hours{1}});
}

TruthMeter::Outcome PkiMeter::compare(std::size_t server, const std::string& chain,
                                      const std::string& verify) {
  const bool is_told = verify == "SUCCESS" || verify.starts_with("FAILED:");
  const auto der = pki::clients::der_of_pem(chain);
  const auto leaf = pki::parse_certificate(der);
  const config::ResolvedConfig& resolved = snapshot_->config->resolved;
  const auto owner = resolved.tls_owner(server);
  if (!is_told || !leaf || !owner) return TruthMeter::Outcome::kNotCompared;
  const auto key = keys_.issuer_of(*leaf);
  const auto when = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const TruthMeter::Outcome outcome = meter_.take({.at = resolved.servers.at(server).id,
                                                   .context = resolved.servers.at(*owner).id,
                                                   .fingerprint = leaf->facts().fingerprint,
                                                   .der = der,
                                                   .issuer_key = key ? key->label() : "other",
                                                   .when = when,
                                                   .was_accepted = verify == "SUCCESS"});
  // What differs waits for a while.
  const auto later = meter_.settle(when + 2 * TruthMeter::kPatience);
  return later.empty() ? outcome : later.front().outcome;
}

}  // namespace mtls::testing
