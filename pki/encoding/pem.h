// PEM text to blocks. Own splitter, so that one bad block does not hide the good ones after it (F5)
// and key blocks are never decoded. Pure.
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
  kPrivateKey,          // anything ending in PRIVATE KEY: noted, not decoded
  kOther,
};

/// PemBlock::error when the file ends inside the block, or another block begins there.
inline constexpr std::string_view kNoEndLine = "no end line";
/// The same, and OpenSSL takes the END of a later block for its own, with base64 that is cut or
/// none before it.
inline constexpr std::string_view kNoEndLineBadBase64 = "no end line: bad base64 decode";
inline constexpr std::string_view kBadBase64 = "bad base64 decode";
/// OpenSSL passes over the block without a word.
inline constexpr std::string_view kHidden = "hidden: the block before it has no end line";

struct PemBlock {
  PemLabel label = PemLabel::kOther;
  std::uint32_t line = 0;          // of its BEGIN, from 1
  std::vector<unsigned char> der;  // of certificates and CRLs without error
  /// What is wrong ("bad base64 decode", "bad end line", kNoEndLine, …); "" = nothing. The lines
  /// around are judged for every label, since nginx refuses the file for any of them; the base64
  /// only of certificates and CRLs.
  std::string error;
};

/// Blocks in file order; reading goes on at the next BEGIN line after a bad one. A block whose END
/// is missing but whose base64 is whole counts when the next END has its label: OpenSSL takes it
/// so, and the blocks between are lost without a word; here they carry an error. A line that begins
/// with NUL ends the text, as fgets() and strlen() do. Text outside blocks is skipped as
/// PEM_read_bio() skips it; only lines that begin with `-----BEGIN ` in column 1 open a block (an
/// indented BEGIN is text, R4.1; a UTF-8 BOM before the first one is ignored).
std::vector<PemBlock> split_pem(std::string_view text);

}  // namespace mtls::pki::encoding
