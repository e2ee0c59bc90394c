// The files that random configurations name, good and bad ones, and the clients that connect. They
// are made once per run, since making keys takes longer than asking nginx. Knows nothing of
// configurations.
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

/// File names relative to the directory given to write_material().
struct MaterialNames {
  std::vector<std::string> client_cas;   // nginx 1.22 accepts them as ssl_client_certificate
  std::vector<std::string> trusted_cas;  // nginx 1.22 accepts them as ssl_trusted_certificate
  std::vector<std::string> crls;         // nginx 1.22 accepts them as ssl_crl
  std::vector<std::string> pairs;        // `pki/NAME.pem` and `pki/NAME.key` as ssl_certificate
  std::vector<std::string> bad;          // none of the directives above accepts them
};
const MaterialNames& material_names();

/// Writes everything below `directory`/pki and `directory`/clients.
std::vector<RandomClient> write_material(const TempDir& directory);

}  // namespace mtls::testing
