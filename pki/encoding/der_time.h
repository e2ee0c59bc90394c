// The times of a certificate or CRL that OpenSSL from 3.5 on does not decode (R9.18). Looks at tags
// and lengths, so any release of OpenSSL here gives the same answer. Private to pki/. Pure.
#pragma once

#include <string_view>

#include "pki/encoding/der_element.h"

namespace mtls::pki::encoding {

/// How both reasons end.
inline constexpr std::string_view kTimeTooShort = "time is too short";

/// OpenSSL's reason for the first time that has fewer characters than YYMMDDHHMMSSZ (UTCTime) or
/// YYYYMMDDHHMMSSZ (GeneralizedTime); "": none has.
std::string_view short_time_in_certificate(DerBytes der);
std::string_view short_time_in_crl(DerBytes der);

}  // namespace mtls::pki::encoding
