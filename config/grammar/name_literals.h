// Which texts `$ssl_client_*` can never be: a guard that compares with one never matches. Pure.
// nginx prints subject and issuer as RFC 2253 says (XN_FLAG_RFC2253), the legacy forms as
// X509_NAME_oneline() does, the serial number in upper-case and the fingerprint in lower-case hex.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mtls::config::grammar {

enum class Letters {
  kExact,
  kEitherCase
};  // `if =` compares letters exactly, the keys of map do not

/// Why `$VARIABLE` never equals `literal`, as the end of a sentence about the literal; nullopt: it
/// may, or the variable is none that has such rules.
std::optional<std::string> why_never_equal(std::string_view variable, std::string_view literal,
                                           Letters letters);

/// The same for a pattern without metacharacters but `^` and `$` at its ends; nullopt for others.
std::optional<std::string> why_never_matches(std::string_view variable, std::string_view pattern,
                                             Letters letters);

}  // namespace mtls::config::grammar
