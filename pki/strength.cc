#include "pki/strength.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "pki/openssl.h"

namespace mtls::pki {
namespace {

std::int64_t exponent_bits(const EVP_PKEY* key) {
  BIGNUM* found = nullptr;
  EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &found);
  const Owned<BIGNUM, BN_free> exponent(found);
  return exponent ? BN_num_bits(exponent.get()) : 0;
}

bool is_p256(const EVP_PKEY* key) {
  std::array<char, 32> group{};
  EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr);
  return std::string_view(group.data()) == SN_X9_62_prime256v1;
}

}  // namespace

int security_bits_of_level(int level) {
  // minbits_table of OpenSSL 3.0's x509_vfy.c. A level above the table counts as the last one.
  constexpr std::array kBits{0, 80, 112, 128, 192, 256};
  const int last = static_cast<int>(kBits.size()) - 1;
  return kBits.at(static_cast<std::size_t>(std::clamp(level, 0, last)));
}

int signature_bits(const Certificate& certificate) {
  int bits = -1;
  if (X509_get_signature_info(certificate.handle().x509(), nullptr, nullptr, &bits, nullptr) != 1) {
    return -1;
  }
  return bits;
}

bool may_act_as_client(const Certificate& certificate) {
  return X509_check_purpose(certificate.handle().x509(), X509_PURPOSE_SSL_CLIENT, 0) == 1;
}

bool may_issue_clients(const Certificate& certificate) {
  // X509_get_extended_key_usage() returns all ones when the extension is absent.
  return certificate.facts().is_ca &&
         (X509_get_extended_key_usage(certificate.handle().x509()) & XKU_SSL_CLIENT) != 0;
}

bool is_meant_to_issue(const Certificate& certificate) {
  X509* x509 = certificate.handle().x509();
  const std::uint32_t flags = X509_get_extension_flags(x509);
  // X509_get_key_usage() returns all ones when the extension is absent.
  const bool may_sign =
      (flags & EXFLAG_KUSAGE) != 0 && (X509_get_key_usage(x509) & KU_KEY_CERT_SIGN) != 0;
  return (flags & EXFLAG_CA) != 0 || may_sign;
}

int verification_weight(const Certificate& certificate) {
  const EVP_PKEY* key = certificate.handle().key();
  constexpr int kSlow = 200;  // DSA with 10,000 bits
  if (key == nullptr) return 1;
  const auto bits = static_cast<std::int64_t>(EVP_PKEY_get_bits(key));
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_ED25519: return 1;
    case EVP_PKEY_EC: return is_p256(key) ? 1 : 25;
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
      return 1 + static_cast<int>(bits * bits * exponent_bits(key) / 500'000'000);
    default: return kSlow;
  }
}

}  // namespace mtls::pki
