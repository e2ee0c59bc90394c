// The certificates, CRLs and files of a PkiCase as bytes; each is minted when it is first needed.
// Knows what the words of a case mean, and nothing of nginx.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/integration/random_pki/random_pki_case.h"
#include "tests/support/pki_maker.h"

namespace mtls::testing {

/// The words of PkiCertificate::quirks: what can be unusual about a CA or a leaf.
const std::vector<std::string>& authority_quirks();
const std::vector<std::string>& leaf_quirks();

/// The words of PkiItem::form: how a block of a file can be written. nginx accepts the good forms,
/// some of which are not blocks to it, and refuses a file with any of the bad ones.
const std::vector<std::string>& good_forms();
const std::vector<std::string>& trusted_forms();
const std::vector<std::string>& noise_forms();  // neither certificates nor CRLs
const std::vector<std::string>& bad_forms();

class PkiMint {
 public:
  explicit PkiMint(const PkiCase& all) : all_(all) {}

  const Minted& certificate(std::size_t index);
  std::string crl(std::size_t index);
  std::string file(std::size_t index);
  /// One line for each certificate, CRL and file made so far.
  std::string described() const;

 private:
  Minted minted(std::size_t index);
  KeyKind key_kind(std::size_t index) const;
  std::string item(const PkiItem& item);

  const PkiCase& all_;
  std::map<std::size_t, Minted> certificates_;
  std::set<std::size_t> crls_;
  std::set<std::size_t> files_;
};

}  // namespace mtls::testing
