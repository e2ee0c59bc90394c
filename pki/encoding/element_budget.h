// Limits the number of ASN.1 elements that the certificates of one file may have. OpenSSL makes an
// object of nearly each element, some 200 bytes for 3 bytes in the file: names in a subjectAltName
// alone could fill a gigabyte from a file of 16 MiB. Private to pki/. Pure.
#pragma once

#include <cstddef>
#include "pki/encoding/der_element.h"

namespace mtls::pki::encoding {

/// The budget of one file. 20,000 ordinary certificates stay below it.
class ElementBudget {
 public:
  /// Subtracts the elements of `der` from the budget. false: there are more than are left, and
  /// nothing was subtracted.
  bool spend(DerBytes der);

  static constexpr std::size_t kMost = 1'800'000;

 private:
  std::size_t left_ = kMost;
};

/// Counts the elements at every depth of `der`, also those inside OCTET STRINGs (extensions), as
/// far as they can be told apart. Stops at `most` + 1.
std::size_t count_elements(DerBytes der, std::size_t most);

}  // namespace mtls::pki::encoding
