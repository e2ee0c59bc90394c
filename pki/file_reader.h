// The loops by which nginx and OpenSSL read certificates and CRLs from a PEM file, and what each
// says of a file it refuses (R4). Judges the Material, so no file is read twice. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pki/material.h"

namespace mtls::pki {

enum class FileReader {
  kCertificateChain,  // ssl_certificate: PEM_read_bio_X509_AUX(), then PEM_read_bio_X509() (R4.5)
  kCaList,            // CA files since 1.27.2: PEM_read_bio_X509_AUX() all along
  kCrlList,           // ssl_crl since 1.27.2: PEM_read_bio_X509_CRL()
  kStoreFile,         // both before: X509_load_cert_crl_file()
  kCaNames,           // SSL_load_client_CA_file(), after kStoreFile took the file
};

/// Why nginx refuses a file.
struct ReadError {
  std::string_view function;  // the OpenSSL function that failed
  std::string openssl;  // the error queue as nginx prints it; where OpenSSL 3.0's words depend on
                        // the bytes, the reason alone

  bool operator==(const ReadError&) const = default;
};

/// nullopt: the reader takes the file.
std::optional<ReadError> read_error(const Material& material, FileReader reader);

}  // namespace mtls::pki
