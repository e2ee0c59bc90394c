// What looks like a certificate or a CRL in a PEM file and is none to OpenSSL, which skips all text
// outside blocks without a word (R4.1). Private to pki/, but for the values. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "pki/encoding/der_shape.h"
#include "pki/encoding/pem.h"

namespace mtls::pki::encoding {

/// Why OpenSSL does not see it.
enum class SkipCause {
  kIndented,     // white space, a byte order mark or the like stands before the BEGIN line
  kWrongDashes,  // the dashes around BEGIN are not five hyphens
  kBehindText,   // other text stands before BEGIN on its line
  kEscaped,      // the line ends are written as \n
  kNoBegin,      // base64 without a BEGIN line
  kDer,          // DER between or behind the blocks
  kBehindNul,    // a line that begins with NUL has ended the text
};

struct SkippedBlock {
  std::uint32_t line = 0;  // where it begins, counted from 1
  SkipCause cause{};
  std::uint32_t last_line = 0;        // of kNoBegin: of its base64
  bool has_end = false;               // of kNoBegin: an END line follows
  std::size_t offset = 0;             // of kDer: where it stands in the file
  std::size_t size = 0;               // of kDer, bytes
  DerShape shape = DerShape::kOther;  // of kDer

  bool operator==(const SkippedBlock&) const = default;
};

/// In file order. Lines that begin with a comment sign are left alone. `pem`: of the same text.
std::vector<SkippedBlock> find_skipped(std::string_view text, const PemText& pem);

}  // namespace mtls::pki::encoding
