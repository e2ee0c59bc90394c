// What a file is in which OpenSSL finds no certificate and no CRL, and what is wrong with how its
// lines are written: people put DER, archives and error pages where nginx wants PEM. Pure.
#pragma once

#include <string_view>

#include "pki/encoding/pem.h"

namespace mtls::pki::encoding {

enum class FileKind {
  kPem,          // PEM, or text that is nothing known
  kEmpty,        // nothing, or white space
  kCertificate,  // in DER, as are those without Pem
  kCrl,
  kPkcs7,
  kPkcs12,
  kRequest,     // a certificate request, DER or PEM
  kPrivateKey,  // DER or PEM
  kPublicKey,   // DER or PEM
  kSshKey,      // of OpenSSH, public or private
  kPkcs7Pem,
  kUtf16,              // with a byte order mark
  kUtf16LittleEndian,  // without one
  kUtf16BigEndian,
  kEscapedPem,     // its line ends are written as \n, as in JSON
  kIndentedPem,    // as in YAML
  kWrongDashes,    // BEGIN or END is not between five hyphens in column 1
  kPemBehindText,  // other text stands on the line of BEGIN or END
  kPemOnOneLine,   // its line ends are missing, or blanks
  kPemOfCarriageReturns,
  kJoinedPem,        // an END and the next BEGIN share a line
  kBase64OfPem,      // as in a Kubernetes Secret
  kBareBase64,       // nothing else, without BEGIN and END
  kPemWithoutBegin,  // base64 without BEGIN, among other lines
  kHtml,
  kGzip,
  kZip,
  kJavaKeyStore,
};

/// `pem`: of the same text.
FileKind kind_of_file(std::string_view text, const PemText& pem);

}  // namespace mtls::pki::encoding
