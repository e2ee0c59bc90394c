// One file with certificates, CRLs or both, read once and understood whole, whatever directives
// refer to it. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pki/certificate.h"
#include "pki/encoding/pem.h"

namespace mtls::pki {

/// BlockError::message of a certificate that is not read because the file is made to fill our
/// memory (pki/encoding/element_budget.h). nginx reads it.
inline constexpr std::string_view kTooManyElements =
    "not read: the certificates up to here have more than 1,800,000 ASN.1 elements";

/// A block that nginx could not read; the good ones beside it still count (F5).
struct BlockError {
  std::uint32_t line = 0;  // of its BEGIN, from 1
  std::string message;     // never bytes of the file
  encoding::PemLabel label = encoding::PemLabel::kOther;
  bool is_framed = false;  // the PEM around it is good: only a reader of its label meets the error
  std::size_t certificates_before = 0;  // good ones

  bool operator==(const BlockError&) const = default;
};

struct Material {
  Fingerprint content;                    // SHA-256 over the whole file
  std::vector<Certificate> certificates;  // in file order, duplicates kept
  std::vector<RevocationList> revocation_lists;
  std::vector<BlockError> block_errors;
  bool contains_private_key = false;
  bool truncated = false;  // the file ends inside a block

  bool operator==(const Material&) const = default;
};

/// Never fails: a file of nonsense is a Material without certificates.
Material parse_material(std::string_view bytes);

}  // namespace mtls::pki
