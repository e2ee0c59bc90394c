#include "pki/issuance.h"

#include <openssl/evp.h>

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <string_view>
#include <unordered_map>

#include "pki/openssl.h"
#include "pki/strength.h"

namespace mtls::pki {
namespace {

using CertificateList = std::vector<const Certificate*>;

constexpr int kMaxSignatures = 5'000;
constexpr int kMaxPairs = 250'000;
constexpr int kMaxPathSteps = 1'000'000;

X509* x509_of(const Certificate* certificate) { return certificate->handle().x509(); }

// Whether a path may end at this certificate: it is self-signed and not distrusted, or trusted for
// clients by its own annotation (R3.7, R3.9). A path with more certificates needs a CA here; a
// self-signed client certificate is only its own anchor.
bool is_anchor(const Certificate* certificate) {
  const CertificateFacts& facts = certificate->facts();
  if (!facts.is_ca && !facts.self_signed) return false;
  X509* x509 = x509_of(certificate);
  const int trust = X509_check_trust(x509, X509_TRUST_SSL_CLIENT, 0);
  if (trust != X509_TRUST_UNTRUSTED) return trust == X509_TRUST_TRUSTED;
  // trust_compat() of OpenSSL's x509_trust.c. X509_check_trust() cannot do it here, since it needs
  // EXFLAG_SS.
  return facts.self_signed && X509_check_purpose(x509, -1, 0) == 1;
}

// ossl_x509_signing_allowed() of OpenSSL 3.0. X509_get_key_usage() returns all ones when the
// extension is absent.
bool may_sign(X509* issuer, X509* subject) {
  const bool is_proxy = (X509_get_extension_flags(subject) & EXFLAG_PROXY) != 0;
  const std::uint32_t needed = is_proxy ? KU_DIGITAL_SIGNATURE : KU_KEY_CERT_SIGN;
  return (X509_get_key_usage(issuer) & needed) != 0;
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
    // Key -> answer; renewals and cross certificates share a key.
    std::map<Fingerprint, bool> signed_by;
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
    const CertificateHandle& above = certificates_[issuer]->handle();
    X509* below = x509_of(certificates_[child]);
    return is_likely_issuer(above.x509(), above.key(), below) && may_sign(above.x509(), below);
  }

  bool has_signed(std::size_t issuer, std::size_t child) {
    if (signatures_ >= kMaxSignatures) return true;
    EVP_PKEY* key = certificates_[issuer]->handle().key();
    signatures_ += verification_weight(*certificates_[issuer]);
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

AnchorPath reach_of_anchor(const Certificate* anchor) {
  AnchorPath reach{.reaches = true, .steps = 0, .valid = {}, .bottleneck = {}};
  if (const auto validity = validity_of(anchor)) {
    reach.valid = Coverage(*validity);
    reach.bottleneck = validity->until;
  }
  return reach;
}

// Adds to `reach` what the issuer's paths amount to with `child` below them. Returns whether
// `reach` gained anything.
bool extend(const AnchorPath& issuer, const Certificate* child, AnchorPath& reach) {
  const bool first = !reach.reaches;
  if (first) reach.steps = issuer.steps + 1;  // breadth first, so no shorter path comes later
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
  ERR_clear_error();  // signatures that did not match leave entries in the queue
  return issuance;
}

std::vector<AnchorPath> follow_paths(const CertificateList& certificates,
                                     const Issuance& issuance) {
  std::vector<AnchorPath> reaches(certificates.size());
  std::deque<std::size_t> waiting;
  std::vector<bool> is_waiting(certificates.size());
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    if (!issuance.is_anchor[i]) continue;
    reaches[i] = reach_of_anchor(certificates[i]);
    waiting.push_back(i);
  }
  // Each step adds something, so the loop ends. The limit is for stores made to be slow; those then
  // look worse than they are, never better.
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
