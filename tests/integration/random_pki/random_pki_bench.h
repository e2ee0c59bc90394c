// Real nginx and `check --format json` on one PkiCase: which files each refuses to load, and what
// each says to every client at every server. Knows how to ask both and how to compare, not what is
// right.
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
  // Kind of the disagreement without names, so that a search does not move to another kind.
  std::string kind;
  std::string report;  // for people
};

struct PkiReport {
  std::string complaint;       // nginx's complaint without its location; "": nginx starts
  bool has_known_gap = false;  // a difference that docs/differential.md lists
  std::size_t pairs = 0;       // of a server that asks and a client with a certificate
  std::size_t name_lists = 0;  // of the servers that ask
  std::size_t metered = 0;     // of the pairs, those that the observer's truth meter compares
  // `$ssl_client_verify` and status of the pairs -> count.
  std::map<std::string, std::size_t> said = {};
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
