// Splits PEM text into blocks. It is not OpenSSL's splitter, so that one bad block does not hide
// the good ones after it (F5) and private keys are never decoded (ADR 4). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mtls::pki::encoding {

enum class PemLabel {
  kCertificate,         // CERTIFICATE, X509 CERTIFICATE
  kTrustedCertificate,  // TRUSTED CERTIFICATE
  kCrl,                 // X509 CRL
  kPrivateKey,          // every label that ends in PRIVATE KEY: noted, not decoded
  kOther,
};

/// PemBlock::error when the file ends inside the block, or another block begins inside it.
inline constexpr std::string_view kNoEndLine = "no end line";
/// The same, but OpenSSL takes the END of a later block for this one, and finds base64 before it
/// that is cut off or missing.
inline constexpr std::string_view kNoEndLineBadBase64 = "no end line: bad base64 decode";
inline constexpr std::string_view kBadBase64 = "bad base64 decode";
/// OpenSSL skips the block silently.
inline constexpr std::string_view kHidden = "hidden: the block before it has no end line";

struct PemBlock {
  PemLabel label = PemLabel::kOther;
  std::uint32_t line = 0;          // line of its BEGIN, counted from 1
  std::uint32_t last_line = 0;     // the last line that was read as a part of it
  std::vector<unsigned char> der;  // of certificates and CRLs without an error
  /// What is wrong ("bad base64 decode", "bad end line", kNoEndLine, …); "" means nothing. The
  /// framing is checked for every label, since nginx refuses the file for any of them; the base64
  /// only for certificates and CRLs.
  std::string error;
};

/// The blocks in file order. After a bad block reading goes on at the next BEGIN line. A block
/// without END whose base64 is complete counts when the next END has its label: OpenSSL takes it so
/// and silently loses the blocks between, which carry an error here. A line that begins with NUL
/// ends the text, as with fgets() and strlen(). Text outside blocks is skipped as PEM_read_bio()
/// skips it: only a line with `-----BEGIN ` in column 1 opens a block. An indented BEGIN is text
/// (R4.1); a UTF-8 byte order mark before the first BEGIN is ignored.
std::vector<PemBlock> split_pem(std::string_view text);

struct PemText {
  std::vector<PemBlock> blocks;
  std::uint32_t ended_at = 0;  // the line whose NUL ended the text; 0: none did
};

/// The blocks, and where the text ended.
PemText read_pem(std::string_view text);

}  // namespace mtls::pki::encoding
