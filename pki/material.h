// One file with certificates, CRLs or both, parsed once and completely, whichever directives refer
// to it. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pki/certificate.h"
#include "pki/encoding/file_kind.h"
#include "pki/encoding/pem.h"
#include "pki/encoding/skipped.h"
#include "pki/openssl_release.h"

namespace mtls::pki {

/// BlockError::message of a certificate that nginx reads and this program does not, because the
/// file is made to fill the memory (pki/encoding/element_budget.h).
inline constexpr std::string_view kTooManyElements =
    "not read: the certificates up to here have more than 1,800,000 ASN.1 elements";

/// A block that nginx could not read. The good blocks beside it still count (F5).
struct BlockError {
  std::uint32_t line = 0;  // line of its BEGIN, counted from 1
  std::string message;     // never contains bytes of the file
  encoding::PemLabel label = encoding::PemLabel::kOther;
  // The PEM framing is good, so only a reader of this label meets the error.
  bool is_framed = false;
  std::size_t certificates_before = 0;  // good certificates before this block

  bool operator==(const BlockError&) const = default;
};

/// Bytes behind a certificate inside its block, which PEM_read_bio_X509_AUX() takes for settings of
/// trust and refuses; all other readers skip them (R9.6).
struct TrailingBytes {
  std::uint32_t line = 0;               // of the block's BEGIN
  std::size_t bytes = 0;                // how many
  std::size_t certificates_before = 0;  // good certificates before this one
  std::string message;                  // as in BlockError

  bool operator==(const TrailingBytes&) const = default;
};

/// A block that nginx's OpenSSL reads and ours does not (R9.18), so nobody here knows what is in
/// it.
struct UnreadBlock {
  std::uint32_t line = 0;  // of its BEGIN
  encoding::PemLabel label = encoding::PemLabel::kOther;

  bool operator==(const UnreadBlock&) const = default;
};

struct Material {
  Fingerprint content;                    // SHA-256 of the whole file
  OpensslRelease release;                 // for which it was read
  std::vector<Certificate> certificates;  // in file order, duplicates kept
  std::vector<RevocationList> revocation_lists;
  std::vector<BlockError> block_errors;
  std::vector<TrailingBytes> trailing;  // of copies, only the first
  std::vector<UnreadBlock> unread;
  std::vector<encoding::SkippedBlock> skipped;  // what no reader sees
  // Of a file with block errors, and of one without certificates and CRLs; else kPem.
  encoding::FileKind kind = encoding::FileKind::kPem;
  bool contains_private_key = false;
  bool truncated = false;  // the file ends inside a block

  bool operator==(const Material&) const = default;
};

/// Whether a block has a time that nginx's OpenSSL does not decode (R9.18).
bool has_short_time(const Material& material);

/// Reads as the OpenSSL that nginx runs with, `release`, does. Never fails. A file without any
/// valid block gives a Material without certificates.
Material parse_material(std::string_view bytes, OpensslRelease release = linked_openssl());

}  // namespace mtls::pki
