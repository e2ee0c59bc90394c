#include "pki/file_reader.h"

#include <algorithm>

namespace mtls::pki {
namespace {

constexpr std::string_view kReadAux = "PEM_read_bio_X509_AUX()";
constexpr std::string_view kReadPlain = "PEM_read_bio_X509()";
constexpr std::string_view kReadCrl = "PEM_read_bio_X509_CRL()";
constexpr std::string_view kLoadFile = "X509_load_cert_crl_file()";
constexpr std::string_view kLoadNames = "SSL_load_client_CA_file()";

std::string_view function_of(FileReader reader) {
  switch (reader) {
    case FileReader::kCertificateChain:
    case FileReader::kCaList: return kReadAux;
    case FileReader::kCrlList: return kReadCrl;
    case FileReader::kStoreFile: return kLoadFile;
    case FileReader::kCaNames: break;
  }
  return kLoadNames;
}

// Whether PEM_bytes_read_bio() hands a block of this label to the reader. It skips all others once
// their framing is good (check_pem() in crypto/pem/pem_lib.c).
bool takes(FileReader reader, const BlockError& error) {
  const bool is_plain = error.label == encoding::PemLabel::kCertificate;
  const bool is_certificate = is_plain || error.label == encoding::PemLabel::kTrustedCertificate;
  const bool is_crl = error.label == encoding::PemLabel::kCrl;
  switch (reader) {
    case FileReader::kCertificateChain:
      return is_plain || (is_certificate && error.certificates_before == 0);
    case FileReader::kCaList: return is_certificate;
    case FileReader::kCrlList: return is_crl;
    case FileReader::kStoreFile: return is_certificate || is_crl;
    case FileReader::kCaNames: break;
  }
  return false;
}

// A block that ours does not read is one that nginx's finds.
bool finds_unread(const Material& material, FileReader reader) {
  return std::ranges::any_of(material.unread, [&](const UnreadBlock& block) {
    const bool is_crl = block.label == encoding::PemLabel::kCrl;
    if (reader == FileReader::kStoreFile) return true;
    return is_crl == (reader == FileReader::kCrlList);
  });
}

bool finds_nothing(const Material& material, FileReader reader) {
  if (finds_unread(material, reader)) return false;
  switch (reader) {
    case FileReader::kCertificateChain:
    case FileReader::kCaList: return material.certificates.empty();
    case FileReader::kCrlList: return material.revocation_lists.empty();
    case FileReader::kStoreFile:
      return material.certificates.empty() && material.revocation_lists.empty();
    case FileReader::kCaNames: break;
  }
  // The pass for the CA names does not see TRUSTED CERTIFICATE blocks (R4.1).
  return std::all_of(material.certificates.begin(), material.certificates.end(),
                     [](const auto& certificate) { return certificate.facts().trust_annotated; });
}

std::string nothing_found(FileReader reader) {
  constexpr std::string_view kNoStart = "error:0480006C:PEM routines::no start line:Expecting: ";
  switch (reader) {
    case FileReader::kCertificateChain:
    case FileReader::kCaList: return std::string(kNoStart) + "TRUSTED CERTIFICATE";
    case FileReader::kCrlList: return std::string(kNoStart) + "X509 CRL";
    case FileReader::kStoreFile:
      return "error:05800088:x509 certificate routines::no certificate or crl found";
    case FileReader::kCaNames: break;
  }
  return std::string(kNoStart) + "CERTIFICATE";
}

std::string queue_of(const BlockError& error, FileReader reader) {
  std::string queue = error.message;
  if (error.message == encoding::kNoEndLine || error.message == "bad end line") {
    queue = "error:04800066:PEM routines::bad end line";
  } else if (error.message == encoding::kBadBase64 ||
             error.message == encoding::kNoEndLineBadBase64) {
    queue = "error:04800064:PEM routines::bad base64 decode";
  }
  if (reader == FileReader::kStoreFile) {
    queue += " error:05880009:x509 certificate routines::PEM lib";
  }
  return queue;
}

// Only PEM_read_bio_X509_AUX() minds them.
const TrailingBytes* refused_trailing(const Material& material, FileReader reader) {
  const auto& all = material.trailing;
  if (all.empty()) return nullptr;
  const bool is_first = all.front().certificates_before == 0;
  const bool is_refused =
      reader == FileReader::kCaList || (reader == FileReader::kCertificateChain && is_first);
  return is_refused ? &all.front() : nullptr;
}

}  // namespace

std::optional<ReadError> read_error(const Material& material, FileReader reader) {
  const auto error = std::find_if(
      material.block_errors.begin(), material.block_errors.end(), [&](const BlockError& block) {
        return block.message != encoding::kHidden && block.message != kTooManyElements &&
               (!block.is_framed || takes(reader, block));
      });
  const bool is_bad = error != material.block_errors.end() && reader != FileReader::kCaNames;
  const TrailingBytes* trailing = refused_trailing(material, reader);
  if (trailing != nullptr &&
      (!is_bad || trailing->certificates_before < error->certificates_before)) {
    return ReadError{kReadAux, trailing->message};
  }
  if (is_bad) {
    const bool in_chain = reader == FileReader::kCertificateChain && error->certificates_before > 0;
    return ReadError{in_chain ? kReadPlain : function_of(reader), queue_of(*error, reader)};
  }
  if (!finds_nothing(material, reader)) return std::nullopt;
  return ReadError{function_of(reader), nothing_found(reader)};
}

}  // namespace mtls::pki
