#include "pki/openssl_release.h"

#include <openssl/crypto.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
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

// The releases of 25 August 2026, the first after changes of June 2026. 3.1 to 3.3 were no longer
// looked after.
constexpr std::array<OpensslRelease, 5> kOfAugust2026{
    {{3, 0, 22}, {3, 4, 7}, {3, 5, 8}, {3, 6, 4}, {4, 0, 2}}};

bool has_changes_of_june_2026(OpensslRelease release) {
  const auto same_line = std::ranges::find_if(kOfAugust2026, [&](const OpensslRelease& first) {
    return first.major == release.major && first.minor == release.minor;
  });
  if (same_line != kOfAugust2026.end()) return release >= *same_line;
  return release > kOfAugust2026.back();
}

}  // namespace

std::string to_string(OpensslRelease release) {
  const std::string line = std::to_string(release.major) + "." + std::to_string(release.minor);
  return release.patch == 0 ? line : line + "." + std::to_string(release.patch);
}

OpensslRelease linked_openssl() {
  return {static_cast<int>(OPENSSL_version_major()), static_cast<int>(OPENSSL_version_minor()),
          static_cast<int>(OPENSSL_version_patch())};
}

bool takes_deltas_for_full(OpensslRelease release) { return !has_changes_of_june_2026(release); }

std::optional<bool> checks_served_digests(OpensslRelease release) {
  constexpr OpensslRelease k31{3, 1};
  constexpr OpensslRelease k35{3, 5};
  if (release < k31) return true;
  if (!has_changes_of_june_2026(release)) return true;
  if (release < k35) return std::nullopt;  // 3.4.7: nobody has asked it
  return false;
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
  const auto [rest, error] = std::from_chars(oid.data(), oid.data() + oid.size(), number);
  const auto index = static_cast<std::size_t>(number - kFirst);
  const bool is_whole = rest == oid.data() + oid.size();
  if (error != std::errc{} || !is_whole || number < kFirst || index >= kNames.size()) return {};
  return {.name = std::string(kNames.at(index)), .since = kOpenssl35};
}

}  // namespace mtls::pki
