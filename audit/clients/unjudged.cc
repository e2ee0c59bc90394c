#include "audit/clients/unjudged.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "pki/client_key.h"

namespace mtls::audit::clients {
namespace {

using pki::Certificate;

std::string ours_and_theirs(pki::OpensslRelease theirs) {
  return "nginx's OpenSSL " + to_string(theirs) + ", and not by that of this program, " +
         to_string(pki::linked_openssl());
}

// The certificates that can stand in a chain from the leaf upwards, by names.
std::vector<const Certificate*> reachable(const pki::Material& sent,
                                          const trust::TrustContent& content) {
  std::multimap<std::string_view, const Certificate*> by_subject;
  for (const auto* certificates : {&sent.certificates, &content.store}) {
    for (const Certificate& one : *certificates)
      by_subject.emplace(one.facts().subject.canonical, &one);
  }
  std::vector<const Certificate*> met{&sent.certificates.front()};
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < met.size(); ++i) {  // `met` grows inside the loop
    const std::string_view issuer = met[i]->facts().issuer.canonical;
    if (!names.insert(issuer).second) continue;
    const auto [begin, end] = by_subject.equal_range(issuer);
    for (auto at = begin; at != end; ++at) met.push_back(at->second);
  }
  return met;
}

}  // namespace

std::string why_unjudged(const pki::Material& sent, const trust::TrustContent& content) {
  const pki::OpensslRelease theirs = sent.release;
  if (!sent.unread.empty())
    return "line " + std::to_string(sent.unread.front().line) +
           " of its file begins a certificate with a date that is decoded by " +
           ours_and_theirs(theirs);
  if (!content.unread_path.empty())
    return content.unread_path + " holds a date that is decoded by " + ours_and_theirs(theirs);
  if (sent.certificates.empty()) return "";
  const bool may_lack = pki::linked_openssl() < pki::kOpenssl35 && theirs >= pki::kOpenssl35;
  if (!may_lack) return "";
  for (const Certificate* one : reachable(sent, content)) {
    const std::string algorithm = pki::algorithm_of_theirs_alone(*one, theirs);
    if (algorithm.empty()) continue;
    return algorithm + " of " + one->facts().subject.rfc2253 + " is known to " +
           ours_and_theirs(theirs);
  }
  return "";
}

// OpenSSL cannot be told to take a delta CRL for a full list, as theirs does (R9.14).
std::string why_revocation_unjudged(const pki::Material& sent, const trust::TrustContent& content) {
  if (!content.check_crls || pki::takes_deltas_for_full(pki::linked_openssl())) return "";
  for (const pki::RevocationList& list : content.revocation_lists) {
    const pki::RevocationListFacts& facts = list.facts();
    if (!facts.scope.is_delta || facts.scope.bar != pki::CrlBar::kNone) continue;
    const bool is_asked =
        std::ranges::any_of(reachable(sent, content), [&](const Certificate* one) {
          return one->facts().issuer.canonical == facts.issuer.canonical;
        });
    if (is_asked)
      return "the delta CRL of " + facts.issuer.rfc2253 + " is taken for a full list by " +
             ours_and_theirs(content.openssl);
  }
  return "";
}

}  // namespace mtls::audit::clients
