#include "base/text.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace mtls::base {
namespace {

struct Decoded {
  char32_t code_point = 0;
  std::size_t length = 0;  // 0: the text does not begin with valid UTF-8
};

// RFC 3629 §3: no overlong forms, no surrogates, nothing above U+10FFFF.
Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {};
  constexpr std::array<unsigned, 5> kPayload{0, 0, 0x1F, 0x0F, 0x07};
  char32_t code_point = first & kPayload[length];
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    code_point = (code_point << 6U) | (byte(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (code_point < kSmallest[length] || surrogate || code_point > 0x10FFFF) return {};
  return {code_point, length};
}

// Controls, bidirectional and invisible format characters: everything that could forge a line or
// reorder one.
bool is_hidden(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) ||
         (c >= 0xE0000 && c <= 0xE007F);
}

std::string escaped(const char* format, unsigned value) {
  std::array<char, 16> text{};
  const int n = std::snprintf(text.data(), text.size(), format, value);
  return {text.data(), static_cast<std::size_t>(n)};
}

}  // namespace

std::string sanitize(std::string_view bytes, std::size_t limit) {
  constexpr std::size_t kTailBytes = 3 + 1 + 8;  // "…" in UTF-8, "#", 8 digits
  std::string out;
  std::size_t keep = 0;  // longest prefix of `out` that leaves room for the tail
  for (std::size_t i = 0; i < bytes.size();) {
    const Decoded next = decode(bytes.substr(i));
    if (next.length == 0) {
      out += escaped("\\x%02X", static_cast<unsigned char>(bytes[i]));
      i += 1;
    } else {
      if (next.code_point < 0x80 && is_hidden(next.code_point)) {
        out += escaped("\\x%02X", static_cast<unsigned>(next.code_point));
      } else if (is_hidden(next.code_point)) {
        out += escaped("\\u{%X}", static_cast<unsigned>(next.code_point));
      } else {
        out.append(bytes.substr(i, next.length));
      }
      i += next.length;
    }
    if (out.size() + kTailBytes <= limit) keep = out.size();
    if (out.size() > limit) {
      out.resize(keep);
      return out + "…#" + escaped("%08x", static_cast<unsigned>(fnv1a(bytes) & 0xFFFFFFFFU));
    }
  }
  return out;
}

std::string hex(std::span<const unsigned char> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const unsigned char byte : bytes) {
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0x0FU];
  }
  return out;
}

std::uint64_t fnv1a(std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return out;
}

}  // namespace mtls::base
