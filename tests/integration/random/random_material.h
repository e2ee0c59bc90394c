// The files that random configurations name, good and bad, and the clients that come: made once for
// a run, since making keys takes longer than asking nginx. Knows nothing of configurations.
#pragma once

#include <string>
#include <vector>

#include "tests/support/temp_dir.h"

namespace mtls::testing {

struct RandomClient {
  std::string name;  // clients/NAME.pem
  std::string chain_pem;
  std::string key_pem;
};

/// Names under the directory that write_material() was given.
struct MaterialNames {
  std::vector<std::string> client_cas;   // load as ssl_client_certificate with nginx 1.22
  std::vector<std::string> trusted_cas;  // load as ssl_trusted_certificate
  std::vector<std::string> crls;         // load as ssl_crl
  std::vector<std::string> pairs;        // `pki/NAME.pem` and `pki/NAME.key` as ssl_certificate
  std::vector<std::string> bad;          // none of the directives above takes them
};
const MaterialNames& material_names();

/// Writes everything under `directory`/pki and `directory`/clients.
std::vector<RandomClient> write_material(const TempDir& directory);

}  // namespace mtls::testing
