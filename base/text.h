// Makes text from outside safe for labels, logs and JSON: bytes in, printable UTF-8 out. Knows
// nothing of where the text came from. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mtls::base {

inline constexpr std::size_t kMaxLabelBytes = 128;
inline constexpr std::size_t kMaxPathBytes = 4096;

/// Valid UTF-8 without C0/C1 controls, bidirectional and invisible format characters: an invalid
/// byte or an ASCII control becomes `\xNN`, another such code point `\u{N}`. A result longer than
/// `limit` bytes is cut between characters and ends with `…#` and 8 hex digits of a hash over all
/// of `bytes`.
std::string sanitize(std::string_view bytes, std::size_t limit = kMaxLabelBytes);

/// Lower-case hex, two digits per byte.
std::string hex(std::span<const unsigned char> bytes);

/// Maps A–Z to a–z and leaves all other bytes alone (ngx_tolower).
std::string ascii_lower(std::string_view text);

/// 64-bit FNV-1a. It tells shortened texts apart; it is not for security.
std::uint64_t fnv1a(std::string_view bytes);

}  // namespace mtls::base
