// The rows of catalogue/verify_codes.h in two halves, and the texts that several rows share. Only
// verify_codes*.cc include it.
#pragma once

#include "catalogue/verify_codes.h"

namespace mtls::catalogue::rows {

/// Codes 0 to 28, those that operators meet in practice.
std::span<const VerifyCode> usual();
/// Codes 29 to 100.
std::span<const VerifyCode> rare();

// Whole groups of codes have the same cause and the same remedy.
inline constexpr std::string_view kMalformed =
    "A part of the certificate or CRL is encoded in a way that OpenSSL cannot use.";
inline constexpr std::string_view kBadIssuerSoftware = "the software of the CA encodes it wrongly";
inline constexpr std::string_view kDamaged = "the file was edited or damaged";
inline constexpr std::string_view kIssueAgain =
    "Have the CA issue it again. openssl x509 -text (openssl crl -text) shows its fields.";

}  // namespace mtls::catalogue::rows
