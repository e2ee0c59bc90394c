// The rows of catalogue/verify_codes.h in two halves, and the words they share. Private to it.
#pragma once

#include "catalogue/verify_codes.h"

namespace mtls::catalogue::rows {

/// Codes 0 to 28: what is met in practice.
std::span<const VerifyCode> usual();
/// From 29 on.
std::span<const VerifyCode> rare();

// Whole groups of codes have one reason and one cure.
inline constexpr std::string_view kMalformed =
    "A part of the certificate or CRL is encoded in a way that OpenSSL cannot use.";
inline constexpr std::string_view kBadIssuerSoftware = "software of the CA that encodes it wrongly";
inline constexpr std::string_view kDamaged = "a file that was edited or damaged";
inline constexpr std::string_view kIssueAgain =
    "Have the CA issue it again; openssl x509 -text (crl -text) shows the field.";

}  // namespace mtls::catalogue::rows
