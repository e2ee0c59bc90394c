#include "pki/openssl_release.h"

#include <openssl/crypto.h>
#include <openssl/x509_vfy.h>

#include <array>
#include <charconv>

namespace mtls::pki {
namespace {

// FIPS 204 and FIPS 205 in the order of NIST's sigAlgs, whose first number here is 17.
constexpr int kFirst = 17;
constexpr std::array<std::string_view, 15> kNames{
    "ML-DSA-44",          "ML-DSA-65",          "ML-DSA-87",          "SLH-DSA-SHA2-128s",
    "SLH-DSA-SHA2-128f",  "SLH-DSA-SHA2-192s",  "SLH-DSA-SHA2-192f",  "SLH-DSA-SHA2-256s",
    "SLH-DSA-SHA2-256f",  "SLH-DSA-SHAKE-128s", "SLH-DSA-SHAKE-128f", "SLH-DSA-SHAKE-192s",
    "SLH-DSA-SHAKE-192f", "SLH-DSA-SHAKE-256s", "SLH-DSA-SHAKE-256f"};

}  // namespace

std::string to_string(OpensslRelease release) {
  return std::to_string(release.major) + "." + std::to_string(release.minor);
}

OpensslRelease linked_openssl() {
  return {static_cast<int>(OPENSSL_version_major()), static_cast<int>(OPENSSL_version_minor())};
}

std::string verify_text(int code, OpensslRelease release) {
  if (code != X509_V_ERR_CERT_NOT_YET_VALID) return X509_verify_cert_error_string(code);
  return release < kOpenssl36 ? "certificate is not yet valid"
                              : "certificate is not yet valid or the system clock is incorrect";
}

LateAlgorithm late_algorithm(std::string_view oid) {
  constexpr std::string_view kNist = "2.16.840.1.101.3.4.3.";
  if (!oid.starts_with(kNist)) return {};
  oid.remove_prefix(kNist.size());
  int number = 0;
  const char* const end = oid.data() + oid.size();
  const auto [rest, error] = std::from_chars(oid.data(), end, number);
  const auto index = static_cast<std::size_t>(number - kFirst);
  if (error != std::errc{} || rest != end || number < kFirst || index >= kNames.size()) return {};
  return {.name = std::string(kNames.at(index)), .since = kOpenssl35};
}

}  // namespace mtls::pki
