// What the verify codes in nginx's log mean when nginx is the one that verifies, explained for
// whoever is on call: a table, one row for each code of OpenSSL 3.0 to 3.6, by number. Pure.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace mtls::catalogue {

struct VerifyCode {
  int code = 0;
  std::string_view name;           // of the constant in OpenSSL 3's <openssl/x509_vfy.h>
  std::string_view text;           // X509_verify_cert_error_string() of OpenSSL 3
  std::string_view old_text = {};  // what 1.1.1 says of this number where it differs, else ""
  std::string_view new_text = {};  // the text of 3.6 where it differs, else ""
  int old_code = 0;                // the number of this error in 1.1.1 where it differs, else 0
  std::string_view meaning;
  std::array<std::string_view, 4> causes{};  // the likeliest first; "": no more
  std::string_view remedy;
};

/// `text`: a number (`10`), a constant (`X509_V_ERR_CERT_HAS_EXPIRED`, with or without
/// `X509_V_ERR_`, in any case), or the text of any release. nullptr: it is none of them.
const VerifyCode* find_verify_code(std::string_view text);
/// nullptr: OpenSSL 3.6 has no such code.
const VerifyCode* find_verify_code(int code);
/// The code whose text or constant (without `X509_V_ERR_`) stands at the beginning of `text`, the
/// longest of them. nullptr: none does.
const VerifyCode* find_verify_code_at(std::string_view text);

}  // namespace mtls::catalogue
