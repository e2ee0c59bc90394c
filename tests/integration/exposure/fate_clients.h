// The four clients that the servers of the fate tests meet: ada of one CA, bob of another, eve with
// ada's name and no CA, and nobody without a certificate.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "audit/policy.h"
#include "tests/integration/exposure/random_guards.h"
#include "tests/integration/verdict/verdict_pki.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wire/tls_client.h"

namespace mtls::testing {

class FateClients {
 public:
  FateClients();

  static const std::vector<std::string>& names();
  /// Empty for the client without a certificate.
  Properties properties_of(const std::string& client) const;
  /// Of all that have one.
  std::vector<Properties> properties() const;
  /// The request goes out with that client's certificate and key.
  void equip(TlsRequest& request, const std::string& client) const;
  /// server.pem, server.key, bundle.pem with both CAs, and clients/NAME.pem.
  void write(const TempDir& directory) const;
  std::vector<audit::CanarySetting> canaries(const TempDir& directory) const;

 private:
  std::string bundle_;
  Minted own_;
  std::map<std::string, Minted> minted_;
};

}  // namespace mtls::testing
