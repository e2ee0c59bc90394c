#include "audit/trust/crl_coverage.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "pki/strength.h"

namespace mtls::audit::trust {

std::vector<const pki::CertificateFacts*> cas_without_crl(const TrustContent& content) {
  std::vector<const pki::CertificateFacts*> missing;
  if (!content.check_crls) return missing;
  std::set<std::string_view> covered;  // canonical names; those already told too
  for (const pki::RevocationList& list : content.revocation_lists) {
    covered.insert(list.facts().issuer.canonical);
  }
  for (const pki::Certificate& certificate : content.store) {
    const pki::CertificateFacts& facts = certificate.facts();
    if (facts.is_ca && covered.insert(facts.subject.canonical).second) missing.push_back(&facts);
  }
  return missing;
}

namespace {

// Asks which key signed a list until that has taken about a second: a store can have thousands of
// CAs of one name, and a list a million entries.
class SignerSearch {
 public:
  bool can_be_signed_by(const pki::RevocationList& list, const pki::Certificate& certificate) {
    constexpr std::size_t kMaxSpent = 10'000;  // 0.1 ms, as verification_weight()
    constexpr std::size_t kBytesHashed = 20'000;
    if (spent_ > kMaxSpent) return true;  // not known to be wrong
    spent_ += static_cast<std::size_t>(pki::verification_weight(certificate)) +
              list.facts().der_bytes / kBytesHashed;
    return list.is_signed_by(certificate);
  }

 private:
  std::size_t spent_ = 0;
};

}  // namespace

std::vector<const pki::RevocationListFacts*> crls_of_wrong_signer(const TrustContent& content) {
  std::multimap<std::string_view, const pki::Certificate*> by_name;
  for (const pki::Certificate& certificate : content.store) {
    by_name.emplace(certificate.facts().subject.canonical, &certificate);
  }
  SignerSearch search;
  std::vector<const pki::RevocationListFacts*> wrong;
  for (const pki::RevocationList& list : content.revocation_lists) {
    const auto [begin, end] = by_name.equal_range(list.facts().issuer.canonical);
    const bool is_signed = std::any_of(begin, end, [&](const auto& entry) {
      return search.can_be_signed_by(list, *entry.second);
    });
    if (begin != end && !is_signed) wrong.push_back(&list.facts());
  }
  return wrong;
}

}  // namespace mtls::audit::trust
