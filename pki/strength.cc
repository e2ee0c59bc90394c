#include "pki/strength.h"

#include <algorithm>
#include <array>

#include "pki/openssl.h"

namespace mtls::pki {

int security_bits_of_level(int level) {
  // minbits_table of OpenSSL 3.0's x509_vfy.c; levels above the table count as its last.
  constexpr std::array kBits{0, 80, 112, 128, 192, 256};
  const int last = static_cast<int>(kBits.size()) - 1;
  return kBits.at(static_cast<std::size_t>(std::clamp(level, 0, last)));
}

int signature_bits(const Certificate& certificate) {
  int bits = -1;
  if (X509_get_signature_info(certificate.handle().x509.get(), nullptr, nullptr, &bits, nullptr) !=
      1) {
    return -1;
  }
  return bits;
}

bool may_act_as_client(const Certificate& certificate) {
  return X509_check_purpose(certificate.handle().x509.get(), X509_PURPOSE_SSL_CLIENT, 0) == 1;
}

bool may_issue_clients(const Certificate& certificate) {
  // X509_get_extended_key_usage() is all ones without the extension.
  return certificate.facts().is_ca &&
         (X509_get_extended_key_usage(certificate.handle().x509.get()) & XKU_SSL_CLIENT) != 0;
}

bool is_meant_to_issue(const Certificate& certificate) {
  X509* x509 = certificate.handle().x509.get();
  const std::uint32_t flags = X509_get_extension_flags(x509);
  // X509_get_key_usage() is all ones without the extension.
  const bool may_sign =
      (flags & EXFLAG_KUSAGE) != 0 && (X509_get_key_usage(x509) & KU_KEY_CERT_SIGN) != 0;
  return (flags & EXFLAG_CA) != 0 || may_sign;
}

}  // namespace mtls::pki
