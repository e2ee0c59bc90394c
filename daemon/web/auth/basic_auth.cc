#include "daemon/web/auth/basic_auth.h"

#include <openssl/evp.h>

#include <algorithm>

#include "base/text.h"

namespace mtls::daemon::web::auth {
namespace {

bool is_base64_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

// RFC 4648 §4, padded. EVP_DecodeBlock() alone would accept white space and lose the padding.
std::optional<base::FileBytes> decode_base64(std::string_view text) {
  const std::size_t digits = std::min(text.find('='), text.size());
  const std::string_view padding = text.substr(digits);
  const bool sound = text.size() % 4 == 0 &&
                     (padding.empty() || padding == "=" || padding == "==") &&
                     std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(digits),
                                 is_base64_digit);
  if (!sound) return std::nullopt;
  base::FileBytes bytes(text.size() / 4 * 3);
  const int decoded = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                      reinterpret_cast<const unsigned char*>(text.data()),
                                      static_cast<int>(text.size()));
  if (decoded < 0) return std::nullopt;
  bytes.resize(bytes.size() - padding.size());
  return bytes;
}

}  // namespace

std::optional<Credentials> parse_basic_auth(std::string_view header) {
  constexpr std::string_view kScheme = "basic ";
  if (base::ascii_lower(header.substr(0, kScheme.size())) != kScheme) return std::nullopt;
  const auto pair = decode_base64(header.substr(kScheme.size()));
  if (!pair) return std::nullopt;
  const auto colon = std::find(pair->begin(), pair->end(), ':');
  if (colon == pair->end()) return std::nullopt;
  return Credentials{.user = {pair->begin(), colon}, .password = {colon + 1, pair->end()}};
}

}  // namespace mtls::daemon::web::auth
