#include "pki/client_key.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "pki/openssl.h"

namespace mtls::pki {
namespace {

std::string key_algorithm(X509* x509) {
  ASN1_OBJECT* name = nullptr;
  X509_PUBKEY_get0_param(&name, nullptr, nullptr, nullptr, X509_get_X509_PUBKEY(x509));
  return dotted(name);
}

std::string signature_algorithm(const X509* x509) {
  const ASN1_OBJECT* name = nullptr;
  X509_ALGOR_get0(&name, nullptr, nullptr, X509_get0_tbs_sigalg(x509));
  return dotted(name);
}

SigningByVersion on_curve(const EVP_PKEY* key, OpensslRelease theirs) {
  constexpr std::array<std::string_view, 3> kOfTls{SN_X9_62_prime256v1, SN_secp384r1, SN_secp521r1};
  // RFC 8734; of their own curves other releases know nothing in TLS 1.3.
  constexpr std::array<std::string_view, 3> kBrainpool{SN_brainpoolP256r1, SN_brainpoolP384r1,
                                                       SN_brainpoolP512r1};
  constexpr OpensslRelease kWithBrainpool{3, 2};
  std::array<char, 64> name{};
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), nullptr) != 1) return {};
  const std::string_view curve = name.data();
  if (std::ranges::find(kOfTls, curve) != kOfTls.end())
    return {.tls12 = Signing::kFits, .tls13 = Signing::kFits, .needs_group = true};
  const bool is_brainpool = std::ranges::find(kBrainpool, curve) != kBrainpool.end();
  const bool signs = is_brainpool && theirs >= kWithBrainpool;
  return {.tls12 = Signing::kRefused,
          .tls13 = signs ? Signing::kFits : Signing::kNotOffered,
          .needs_group = true};
}

SigningByVersion with_rsa(const EVP_PKEY* key) {
  // TLS 1.3 signs with PSS, whose salt is as long as the hash: SHA-256 needs 66 bytes (RFC 8017
  // §9.1.1). Below 1024 bits not every pair of hash and version was tried.
  constexpr int kLeastForPss = 521;
  const int bits = EVP_PKEY_get_bits(key);
  return {.tls12 = bits >= 512 ? Signing::kFits : Signing::kUnknown,
          .tls13 = bits >= kLeastForPss ? Signing::kFits : Signing::kNotOffered};
}

}  // namespace

std::string algorithm_of_theirs_alone(const Certificate& certificate, OpensslRelease theirs) {
  X509* x509 = certificate.handle().x509();
  for (const std::string& oid : {key_algorithm(x509), signature_algorithm(x509)}) {
    const LateAlgorithm algorithm = late_algorithm(oid);
    if (algorithm.since <= theirs && algorithm.since > linked_openssl()) return algorithm.name;
  }
  return "";
}

SigningByVersion signing_of(const Certificate& leaf, OpensslRelease theirs) {
  const LateAlgorithm late = late_algorithm(key_algorithm(leaf.handle().x509()));
  if (!late.name.empty()) {
    // No release has SLH-DSA in TLS.
    const bool signs = late.name.starts_with("ML-DSA") && theirs >= late.since;
    return {.tls12 = Signing::kNotOffered, .tls13 = signs ? Signing::kFits : Signing::kNotOffered};
  }
  const EVP_PKEY* key = leaf.handle().key();
  if (key == nullptr) return {};
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA: return with_rsa(key);
    case EVP_PKEY_RSA_PSS: return {.tls12 = Signing::kFits, .tls13 = Signing::kFits};
    case EVP_PKEY_EC: return on_curve(key, theirs);
    case EVP_PKEY_ED25519:
    case EVP_PKEY_ED448: return {.tls12 = Signing::kFits, .tls13 = Signing::kFits};
    case EVP_PKEY_DSA: return {.tls12 = Signing::kFits, .tls13 = Signing::kNotOffered};
    default: return {};
  }
}

}  // namespace mtls::pki
