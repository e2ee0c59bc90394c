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

int signature_bits_of(X509* x509) {
  int bits = -1;
  return X509_get_signature_info(x509, nullptr, nullptr, &bits, nullptr) == 1 ? bits : -1;
}

bool is_meant_to_issue(X509* x509) {
  const std::uint32_t flags = X509_get_extension_flags(x509);
  // X509_get_key_usage() returns all ones when the extension is absent.
  const bool may_sign =
      (flags & EXFLAG_KUSAGE) != 0 && (X509_get_key_usage(x509) & KU_KEY_CERT_SIGN) != 0;
  return (flags & EXFLAG_CA) != 0 || may_sign;
}

int weight_of(const EVP_PKEY* key) {
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

std::string kind_of(const EVP_PKEY* key) {
  if (key == nullptr) return "";
  const char* type = EVP_PKEY_get0_type_name(key);
  return (type != nullptr ? type : "?") + std::to_string(EVP_PKEY_get_base_id(key));
}

std::string key_id_of(X509* x509) {
  const ASN1_OCTET_STRING* id = X509_get0_subject_key_id(x509);
  return id == nullptr ? "" : std::string(text_of(bytes_of(id)));
}

}  // namespace

CertificateTraits traits_of(X509* x509, const EVP_PKEY* key) {
  return {.key_kind = kind_of(key),
          .key_id = key_id_of(x509),
          .client_trust = X509_check_trust(x509, X509_TRUST_SSL_CLIENT, 0),
          .is_sound = X509_check_purpose(x509, -1, 0) == 1,
          .signature_bits = signature_bits_of(x509),
          .verification_weight = weight_of(key),
          .may_act_as_client = X509_check_purpose(x509, X509_PURPOSE_SSL_CLIENT, 0) == 1,
          // X509_get_extended_key_usage() returns all ones when the extension is absent.
          .may_issue_clients = (X509_get_extended_key_usage(x509) & XKU_SSL_CLIENT) != 0,
          .is_meant_to_issue = is_meant_to_issue(x509)};
}

int security_bits_of_level(int level) {
  // minbits_table of OpenSSL 3.0's x509_vfy.c. A level above the table counts as the last one.
  constexpr std::array kBits{0, 80, 112, 128, 192, 256};
  const int last = static_cast<int>(kBits.size()) - 1;
  return kBits.at(static_cast<std::size_t>(std::clamp(level, 0, last)));
}

int signature_bits(const Certificate& certificate) {
  return certificate.handle().traits().signature_bits;
}

bool may_act_as_client(const Certificate& certificate) {
  return certificate.handle().traits().may_act_as_client;
}

bool may_issue_clients(const Certificate& certificate) {
  return certificate.facts().is_ca && certificate.handle().traits().may_issue_clients;
}

bool is_meant_to_issue(const Certificate& certificate) {
  return certificate.handle().traits().is_meant_to_issue;
}

int verification_weight(const Certificate& certificate) {
  return certificate.handle().traits().verification_weight;
}

}  // namespace mtls::pki
