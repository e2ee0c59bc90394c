// How many ASN.1 elements the certificates of one file may have. OpenSSL makes an object of nearly
// each, some 200 bytes for three in the file: names in subjectAltName alone would fill a gigabyte
// from a file of 16 MiB. Private to the floor. Pure.
#pragma once

#include <cstddef>
#include "pki/encoding/der_element.h"

namespace mtls::pki::encoding {

/// For one file. 20,000 usual certificates have fewer.
class ElementBudget {
 public:
  /// Takes the elements of `der` from what is left; false: there are more, and none were taken.
  bool spend(DerBytes der);

  static constexpr std::size_t kMost = 1'800'000;

 private:
  std::size_t left_ = kMost;
};

/// Elements at every depth of `der`, those inside OCTET STRINGs (extensions) too, as far as they
/// can be told apart; at most `most` + 1 are counted.
std::size_t count_elements(DerBytes der, std::size_t most);

}  // namespace mtls::pki::encoding
