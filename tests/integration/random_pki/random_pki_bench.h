// Real nginx and `check --format json` on one PkiCase: what each refuses to load, what each says to
// every client at every server. Knows how to ask both and how to compare, not what is right.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "audit/policy.h"
#include "daemon/system/disk.h"
#include "tests/integration/random_pki/random_pki_case.h"
#include "tests/integration/random_pki/random_pki_minting.h"
#include "tests/support/temp_dir.h"

namespace mtls::testing {

struct PkiDisagreement {
  std::string kind;    // without names, for a search that must not slide from one into another
  std::string report;  // for people
};

struct PkiReport {
  std::string complaint;       // nginx's, without its place; "": it starts
  bool has_known_gap = false;  // docs/differential.md
  std::size_t pairs = 0;       // of a server that judges and a client with certificate
  std::size_t name_lists = 0;  // of servers that ask
  std::map<std::string, std::size_t> said = {};  // `$ssl_client_verify` and status of the pairs
  std::vector<PkiDisagreement> disagreements = {};
  std::string text = {};  // the case as files and lines
};

enum class PkiQuestion { kRefusal, kRefusalAndHandshakes };

class PkiBench {
 public:
  PkiBench();

  PkiReport ask(const PkiCase& all, PkiQuestion question);

 private:
  audit::Policy policy_;  // without path and canaries
  std::vector<std::uint16_t> ports_;
  std::string server_pem_;
  std::string server_key_;
  daemon::system::Disk disk_;
};

}  // namespace mtls::testing
