// The truth meter of the observer beside the handshakes of one PkiCase.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "audit/observed/truth_meter.h"
#include "audit/snapshot.h"
#include "pki/clients/leaf.h"

namespace mtls::testing {

class PkiMeter {
 public:
  explicit PkiMeter(std::shared_ptr<const audit::Snapshot> snapshot);

  /// `server`: index in the configuration; `chain`: what the client sent, leaf first, PEM;
  /// `verify`: `$ssl_client_verify`.
  audit::observed::TruthMeter::Outcome compare(std::size_t server, const std::string& chain,
                                               const std::string& verify);

 private:
  std::shared_ptr<const audit::Snapshot> snapshot_;
  pki::clients::IssuerKeys keys_;
  audit::observed::TruthMeter meter_;
};

}  // namespace mtls::testing
