// The loops with which nginx and OpenSSL read certificates and CRLs from a PEM file, and what each
// of them says about a file that it refuses (R4). Works on a Material, so no file is read twice.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pki/material.h"

namespace mtls::pki {

enum class FileReader {
  // ssl_certificate: PEM_read_bio_X509_AUX() once, then PEM_read_bio_X509() (R4.5).
  kCertificateChain,
  kCaList,     // CA files since 1.27.2: PEM_read_bio_X509_AUX() for every certificate
  kCrlList,    // ssl_crl since 1.27.2: PEM_read_bio_X509_CRL()
  kStoreFile,  // CA files and ssl_crl before 1.27.2: X509_load_cert_crl_file()
  // ssl_client_certificate before 1.27.2, after kStoreFile accepted it: SSL_load_client_CA_file().
  kCaNames,
};

/// Why nginx refuses a file.
struct ReadError {
  std::string_view function;  // the OpenSSL function that failed
  // The error queue as nginx prints it; the reason alone where the text of OpenSSL 3.0 depends on
  // the bytes.
  std::string openssl;

  bool operator==(const ReadError&) const = default;
};

/// What `reader` says about the file; nullopt when it accepts the file.
std::optional<ReadError> read_error(const Material& material, FileReader reader);

}  // namespace mtls::pki
