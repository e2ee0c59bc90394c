#include "pki/paths/issuance.h"

#include <openssl/evp.h>

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <string_view>
#include <unordered_map>

#include "pki/openssl.h"
#include "pki/strength.h"

namespace mtls::pki::paths {
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
  const CertificateTraits& traits = certificate->handle().traits();
  if (traits.client_trust != X509_TRUST_UNTRUSTED) return traits.client_trust == X509_TRUST_TRUSTED;
  // trust_compat() of OpenSSL's x509_trust.c. X509_check_trust() cannot do it here, since it needs
  // EXFLAG_SS.
  return facts.self_signed && traits.is_sound;
}

// ossl_x509_signing_allowed() of OpenSSL 3.0. X509_get_key_usage() returns all ones when the
// extension is absent.
bool may_sign(X509* issuer, X509* subject) {
  const bool is_proxy = (X509_get_extension_flags(subject) & EXFLAG_PROXY) != 0;
  const std::uint32_t needed = is_proxy ? KU_DIGITAL_SIGNATURE : KU_KEY_CERT_SIGN;
  return (X509_get_key_usage(issuer) & needed) != 0;
}

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

// Adds to `reach` what the issuer's paths amount to with `child` below them, while OpenSSL takes
// this issuer. Returns whether `reach` gained anything.
bool extend(const AnchorPath& issuer, const Coverage& taken, const Certificate* child,
            AnchorPath& reach) {
  const bool first = !reach.reaches;
  if (first) reach.steps = issuer.steps + 1;  // breadth first, so no shorter path comes later
  reach.reaches = true;
  const auto validity = validity_of(child);
  if (!validity || !issuer.bottleneck) return first;
  const Coverage before = reach.valid;
  const auto bottleneck_before = reach.bottleneck;
  reach.valid.unite(issuer.valid.within(taken).within(*validity));
  reach.bottleneck =
      std::max(reach.bottleneck, std::optional(std::min(*issuer.bottleneck, validity->until)));
  return first || reach.valid != before || reach.bottleneck != bottleneck_before;
}

}  // namespace

bool is_in_force(const CertificateFacts& facts, base::sys_seconds at) {
  const auto& [not_before, not_after] = facts.validity;
  return not_before && not_after && *not_before <= at && at < *not_after;
}

Matcher::Matcher(const CertificateList& certificates) : certificates_(certificates) {
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    by_subject_[certificates[i]->facts().subject.canonical].push_back(i);
  }
}

const std::vector<std::size_t>& Matcher::named(std::string_view subject) const {
  static const std::vector<std::size_t> kNobody;
  const auto found = by_subject_.find(subject);
  return found == by_subject_.end() ? kNobody : found->second;
}

Candidates Matcher::candidates_of(const Certificate& child) {
  Candidates found;
  // Key -> answer; renewals and cross certificates share a key.
  std::map<Fingerprint, bool> signed_by;
  for (const std::size_t issuer : named(child.facts().issuer.canonical)) {
    const Certificate& above = *certificates_[issuer];
    const bool is_itself = above.facts().fingerprint == child.facts().fingerprint;
    if (is_itself || !may_stand_above(issuer, child)) continue;
    bool vouches = above.facts().is_ca && may_sign(x509_of(&above), x509_of(&child));
    if (vouches) {
      const auto [entry, fresh] = signed_by.try_emplace(above.facts().key);
      if (fresh) entry->second = has_signed(issuer, child);
      vouches = entry->second;
    }
    found.push_back({.issuer = issuer, .vouches = vouches, .taken = {}});
  }
  pairs_ = std::min(kMaxPairs, pairs_ + set_taken(certificates_, found));
  return found;
}

bool Matcher::may_stand_above(std::size_t issuer, const Certificate& child) {
  if (pairs_ == kMaxPairs) return false;
  ++pairs_;
  const CertificateHandle& above = certificates_[issuer]->handle();
  return is_likely_issuer(above.x509(), above.key(), x509_of(&child));
}

bool Matcher::has_signed(std::size_t issuer, const Certificate& child) {
  if (signatures_ >= kMaxSignatures) return true;
  EVP_PKEY* key = certificates_[issuer]->handle().key();
  signatures_ += verification_weight(*certificates_[issuer]);
  return key != nullptr && X509_verify(x509_of(&child), key) == 1;
}

int set_taken(const CertificateList& certificates, Candidates& candidates) {
  int looks = 0;
  Coverage before;
  for (Candidate& candidate : candidates) {
    const auto validity = validity_of(certificates[candidate.issuer]);
    if (!validity) continue;
    candidate.taken = Coverage(*validity).without(before);
    if (&candidate == &candidates.back()) break;
    before.unite(Coverage(*validity));
    looks += static_cast<int>(before.spans().size()) - 1;
  }
  return looks;
}

Issuance match_issuers(const CertificateList& certificates, Matcher& matcher) {
  Issuance issuance;
  issuance.candidates.resize(certificates.size());
  issuance.issued.resize(certificates.size());
  for (std::size_t child = 0; child < certificates.size(); ++child) {
    issuance.is_anchor.push_back(is_anchor(certificates[child]));
    if (issuance.is_anchor[child]) continue;
    issuance.candidates[child] = matcher.candidates_of(*certificates[child]);
    for (const Candidate& candidate : issuance.candidates[child]) {
      if (candidate.vouches)
        issuance.issued[candidate.issuer].push_back({.child = child, .taken = candidate.taken});
    }
  }
  issuance.pairs = matcher.pairs();
  issuance.signatures = matcher.signatures();
  ERR_clear_error();  // signatures that did not match leave entries in the queue
  return issuance;
}

Issuance match_issuers(const CertificateList& certificates) {
  Matcher matcher(certificates);
  return match_issuers(certificates, matcher);
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
    for (const auto& [child, taken] : issuance.issued[issuer]) {
      steps += 1 + static_cast<int>(reaches[child].valid.spans().size());
      if (!extend(reaches[issuer], taken, certificates[child], reaches[child]) || is_waiting[child])
        continue;
      waiting.push_back(child);
      is_waiting[child] = true;
    }
  }
  return reaches;
}

}  // namespace mtls::pki::paths
