#include "pki/issuance.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <deque>
#include <limits>
#include <map>
#include <string_view>
#include <unordered_map>

#include "pki/openssl.h"

namespace mtls::pki {
namespace {

using CertificateList = std::vector<const Certificate*>;

constexpr int kMaxSignatures = 5'000;
constexpr int kMaxPairs = 250'000;
constexpr int kMaxPathSteps = 1'000'000;

X509* x509_of(const Certificate* certificate) { return certificate->handle().x509.get(); }

// Self-signed and not distrusted, or trusted for clients by its own annotation (R3.7, R3.9); either
// way the rest of a path needs it to issue, and a self-signed client certificate is trusted as
// itself.
bool is_anchor(const Certificate* certificate) {
  const CertificateFacts& facts = certificate->facts();
  return (facts.is_ca || facts.self_signed) &&
         X509_check_trust(x509_of(certificate), X509_TRUST_SSL_CLIENT, 0) == X509_TRUST_TRUSTED;
}

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

// How long OpenSSL 3.0 takes for one signature of it, in those of P-256 (0.1 ms); a bound, not an
// estimate.
int weight_of(const EVP_PKEY* key) {
  constexpr int kSlow = 200;  // DSA of 10,000 bits
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

class Matcher {
 public:
  explicit Matcher(const CertificateList& certificates) : certificates_(certificates) {
    for (std::size_t i = 0; i < certificates.size(); ++i) {
      const CertificateFacts& facts = certificates[i]->facts();
      if (facts.is_ca) issuers_by_subject_[facts.subject.canonical].push_back(i);
    }
  }

  std::vector<std::size_t> issuers_of(std::size_t child) {
    std::vector<std::size_t> found;
    const auto same_name = issuers_by_subject_.find(certificates_[child]->facts().issuer.canonical);
    if (same_name == issuers_by_subject_.end()) return found;
    std::map<Fingerprint, bool>
        signed_by;  // key -> verdict: renewals and cross certificates share one
    for (const std::size_t issuer : same_name->second) {
      if (issuer == child || !may_have_issued(issuer, child)) continue;
      const auto [entry, fresh] = signed_by.try_emplace(certificates_[issuer]->facts().key);
      if (fresh) entry->second = has_signed(issuer, child);
      if (entry->second) found.push_back(issuer);
    }
    return found;
  }

  int pairs() const { return pairs_; }
  int signatures() const { return signatures_; }

 private:
  bool may_have_issued(std::size_t issuer, std::size_t child) {
    if (pairs_ == kMaxPairs) return false;
    ++pairs_;
    return X509_check_issued(x509_of(certificates_[issuer]), x509_of(certificates_[child])) ==
           X509_V_OK;
  }

  bool has_signed(std::size_t issuer, std::size_t child) {
    if (signatures_ >= kMaxSignatures) return true;
    EVP_PKEY* key = X509_get0_pubkey(x509_of(certificates_[issuer]));
    signatures_ += weight_of(key);
    return key != nullptr && X509_verify(x509_of(certificates_[child]), key) == 1;
  }

  const CertificateList& certificates_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> issuers_by_subject_;
  int signatures_ = 0;
  int pairs_ = 0;
};

std::optional<Span> validity_of(const Certificate* certificate) {
  const Validity& validity = certificate->facts().validity;
  if (!validity.not_before || !validity.not_after) return std::nullopt;
  return Span{*validity.not_before, *validity.not_after};
}

Reach reach_of_anchor(const Certificate* anchor) {
  Reach reach{.reaches = true, .steps = 0, .valid = {}, .bottleneck = {}};
  if (const auto validity = validity_of(anchor)) {
    reach.valid = Coverage(*validity);
    reach.bottleneck = validity->until;
  }
  return reach;
}

// What the issuer's paths are worth with `child` below them, added to what `child` has. true: it
// gained.
bool extend(const Reach& issuer, const Certificate* child, Reach& reach) {
  const bool first = !reach.reaches;
  if (first) reach.steps = issuer.steps + 1;  // breadth first: nobody comes by a shorter path later
  reach.reaches = true;
  const auto validity = validity_of(child);
  if (!validity || !issuer.bottleneck) return first;
  const Coverage before = reach.valid;
  const auto bottleneck_before = reach.bottleneck;
  reach.valid.unite(issuer.valid.within(*validity));
  reach.bottleneck =
      std::max(reach.bottleneck, std::optional(std::min(*issuer.bottleneck, validity->until)));
  return first || reach.valid != before || reach.bottleneck != bottleneck_before;
}

}  // namespace

Issuance match_issuers(const CertificateList& certificates) {
  Issuance issuance;
  issuance.issued.resize(certificates.size());
  for (const Certificate* certificate : certificates) {
    issuance.is_anchor.push_back(is_anchor(certificate));
  }
  Matcher matcher(certificates);
  for (std::size_t child = 0; child < certificates.size(); ++child) {
    if (issuance.is_anchor[child]) continue;
    for (const std::size_t issuer : matcher.issuers_of(child)) {
      issuance.issued[issuer].push_back(child);
    }
  }
  issuance.pairs = matcher.pairs();
  issuance.signatures = matcher.signatures();
  ERR_clear_error();  // signatures that did not fit
  return issuance;
}

std::vector<Reach> follow_paths(const CertificateList& certificates, const Issuance& issuance) {
  std::vector<Reach> reaches(certificates.size());
  std::deque<std::size_t> waiting;
  std::vector<bool> is_waiting(certificates.size());
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    if (!issuance.is_anchor[i]) continue;
    reaches[i] = reach_of_anchor(certificates[i]);
    waiting.push_back(i);
  }
  // Gains only add up, so this ends; the limit is for stores made to hurt, which then look worse
  // than they are, not better.
  for (int steps = 0; !waiting.empty() && steps < kMaxPathSteps;) {
    const std::size_t issuer = waiting.front();
    waiting.pop_front();
    is_waiting[issuer] = false;
    for (const std::size_t child : issuance.issued[issuer]) {
      steps += 1 + static_cast<int>(reaches[child].valid.spans().size());
      if (!extend(reaches[issuer], certificates[child], reaches[child]) || is_waiting[child])
        continue;
      waiting.push_back(child);
      is_waiting[child] = true;
    }
  }
  return reaches;
}

}  // namespace mtls::pki
