// Text that came from outside, made safe for labels, logs and JSON. Pure; bytes in, valid UTF-8
// out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mtls::base {

inline constexpr std::size_t kMaxLabelBytes = 128;
inline constexpr std::size_t kMaxPathBytes = 4096;

/// Valid UTF-8 without C0/C1 controls, bidi and format characters: invalid bytes become `\xNN`,
/// code points `\u{N}`. Longer than `limit` bytes: cut at a character and ended with `…#` and 8 hex
/// digits of a hash over all of `bytes`.
std::string sanitize(std::string_view bytes, std::size_t limit = kMaxLabelBytes);

/// Lower-case hex, two digits a byte.
std::string hex(std::span<const unsigned char> bytes);

/// A to Z become a to z, other bytes stay (ngx_tolower).
std::string ascii_lower(std::string_view text);

/// 64-bit FNV-1a, for telling shortened texts apart; not for security.
std::uint64_t fnv1a(std::string_view bytes);

}  // namespace mtls::base
