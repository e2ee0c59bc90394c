#include "audit/trust/crl_coverage.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "pki/strength.h"

namespace mtls::audit::trust {
namespace {

using pki::CertificateFacts;
using pki::CrlBar;
using pki::RevocationList;
using pki::RevocationListFacts;
using pki::paths::Member;

using Lists = std::vector<const RevocationList*>;

bool is_stale(const RevocationListFacts& list, const Clock& clock) {
  return list.ends() && clock.has_come(*list.ends());
}

bool in_time(const RevocationListFacts& list, const Clock& clock) {
  const bool has_begun = list.this_update && clock.has_come(*list.this_update);
  return has_begun && !is_stale(list, clock);
}

// get_crl_score() of OpenSSL 3.0 ignores these. It does score a list for attribute certificates,
// but never high enough.
bool is_passed_over(CrlBar bar) { return bar != CrlBar::kNone && bar != CrlBar::kAttributes; }

/// One CRL, as OpenSSL rates it for one certificate.
struct Offer {
  const RevocationListFacts* list = nullptr;
  bool covers = false;
  bool is_in_time = false;

  // CRL_SCORE_NOCRITICAL, _SCOPE and _TIME, in order of weight. Among equal scores OpenSSL takes
  // the newest list. Here the one that lasts longest counts among those in time, because OpenSSL
  // turns to it when the newest one ends.
  auto rank() const { return std::tuple(!list->has_unknown_critical, covers, is_in_time); }

  bool beats(const Offer& known) const {
    if (known.list == nullptr) return true;
    if (rank() != known.rank()) return rank() > known.rank();
    if (!is_in_time) return list->this_update > known.list->this_update;
    return known.list->ends() && (!list->ends() || *list->ends() > *known.list->ends());
  }
};

class Coverage {
 public:
  Coverage(const TrustContent& content, const pki::paths::BundleView& store, const Clock& clock)
      : members_(store.members),
        clock_(clock),
        asks_about_roots_(content.openssl < pki::kOpenssl36) {
    for (const RevocationList& list : content.revocation_lists)
      lists_[list.facts().issuer.canonical].push_back(&list);
    for (const Member& member : members_) {
      const CertificateFacts& facts = member.certificate.facts();
      if (member.duplicate || !facts.is_ca) continue;
      names_.insert(facts.subject.canonical);
      if (!facts.self_issued) issuers_of_cas_.insert(facts.issuer.canonical);
    }
  }

  CrlCoverage take(const std::vector<KnownClient>& clients) {
    for (const Member& member : members_) {
      if (!member.duplicate && member.certificate.facts().is_ca) ask_about(member);
    }
    for (const KnownClient& client : clients)
      ask(members_[client.issuer], &client.certificate, lists_for(members_[client.issuer]));
    find_unused();
    find_deltas();
    ask_about_strangers();
    return std::move(result_);
  }

 private:
  // Asks about the CA itself and about the clients that it issues. If it issues other CAs of the
  // store, it is not asked about clients: we cannot know whether it has any.
  void ask_about(const Member& ca) {
    const CertificateFacts& facts = ca.certificate.facts();
    const bool is_asked = asks_about_roots_ || !facts.self_signed;  // R9.17
    if (ca.issuer && is_asked)
      ask(members_[*ca.issuer], &ca.certificate, lists_for(members_[*ca.issuer]));
    if (!issuers_of_cas_.contains(facts.subject.canonical)) ask_about_clients(ca);
  }

  // An unknown client may name the distribution point of any list, so each point is asked about
  // separately.
  void ask_about_clients(const Member& ca) {
    const Lists& all = lists_for(ca);
    std::map<std::string_view, Lists> by_point;
    Lists without_point;
    for (const RevocationList* list : all) {
      const pki::CrlScope& scope = list->facts().scope;
      const bool needs_point = scope.bar == CrlBar::kNone && !scope.cas_only;
      if (needs_point && !scope.point.empty()) {
        by_point[scope.point].push_back(list);
      } else {
        without_point.push_back(list);
      }
    }
    const bool some_point_is_full = std::ranges::any_of(without_point, [](const auto* list) {
      return list->facts().scope.bar == CrlBar::kNone && !list->facts().scope.cas_only;
    });
    if (by_point.empty() || some_point_is_full) ask(ca, nullptr, without_point);
    for (auto& [point, lists] : by_point) {
      lists.insert(lists.end(), without_point.begin(), without_point.end());
      ask(ca, nullptr, lists);
    }
  }

  // Without a `subject`: about a client that names the only distribution point in `lists`.
  void ask(const Member& issuer, const pki::Certificate* subject, const Lists& lists) {
    Offer best;
    for (const RevocationList* list : lists) {
      if (is_passed_over(list->facts().scope.bar)) continue;
      const Offer offer{.list = &list->facts(),
                        .covers = subject != nullptr ? list->covers(*subject)
                                                     : covers_clients(list->facts().scope),
                        .is_in_time = in_time(list->facts(), clock_)};
      if (offer.beats(best)) best = offer;
    }
    const CertificateFacts& ca = issuer.certificate.facts();
    CrlUse use{.issuer = &ca,
               .subject = subject != nullptr ? &subject->facts() : nullptr,
               .list = best.list,
               .covers = best.covers};
    if (best.covers) {
      result_.uses.push_back(use);
    } else if (!lists.empty()) {
      if (best.list == nullptr) use.list = &lists.front()->facts();
      if (told_.insert({ca.subject.canonical, ca.key}).second) result_.out_of_scope.push_back(use);
    } else if (!is_wrongly_signed(issuer) && told_.insert({ca.subject.canonical, ca.key}).second) {
      result_.missing.push_back(&ca);
    }
  }

  static bool covers_clients(const pki::CrlScope& scope) {
    return scope.bar == CrlBar::kNone && !scope.cas_only;
  }

  // The lists with the CA's name and a key id that fits. When thousands of CAs and lists share a
  // name, the name alone decides.
  const Lists& lists_for(const Member& ca) {
    constexpr std::size_t kMaxPairs = 250'000;
    static const Lists kNone;
    const auto named = lists_.find(ca.certificate.facts().subject.canonical);
    if (named == lists_.end()) return kNone;
    const auto [known, is_new] = fitting_.try_emplace(&ca);
    if (!is_new) return known->second;
    if (pairs_ > kMaxPairs) return named->second;
    pairs_ += named->second.size();
    for (const RevocationList* list : named->second) {
      if (list->may_be_of(ca.certificate)) known->second.push_back(list);
    }
    return known->second;
  }

  // Some CRL with the CA's name fits neither this CA nor a namesake: crls_of_wrong_signer() reports
  // that.
  bool is_wrongly_signed(const Member& ca) {
    const auto named = lists_.find(ca.certificate.facts().subject.canonical);
    if (named == lists_.end()) return false;
    return std::ranges::any_of(named->second, [&](const RevocationList* list) {
      return std::ranges::none_of(namesakes_of(ca), [&](const Member* other) {
        return list->may_be_of(other->certificate);
      });
    });
  }

  const std::vector<const Member*>& namesakes_of(const Member& ca) {
    if (by_name_.empty()) {
      for (const Member& member : members_) {
        if (!member.duplicate && member.certificate.facts().is_ca)
          by_name_[member.certificate.facts().subject.canonical].push_back(&member);
      }
    }
    return by_name_[ca.certificate.facts().subject.canonical];
  }

  void find_unused() {
    std::set<std::string_view> told;  // CAs whose CRLs are reported already
    for (const CrlUse& use : result_.out_of_scope) told.insert(use.issuer->subject.canonical);
    for (const auto& [name, lists] : lists_) {
      if (!names_.contains(name) || told.contains(name)) continue;
      for (const RevocationList* list : lists) {
        if (list->facts().scope.bar != CrlBar::kNone) result_.unused.push_back(&list->facts());
      }
    }
  }

  void find_deltas() {
    for (const auto& [name, lists] : lists_) {
      if (!names_.contains(name)) continue;
      for (const RevocationList* list : lists) {
        const pki::CrlScope& scope = list->facts().scope;
        if (!scope.is_delta || scope.bar != CrlBar::kNone) continue;
        result_.deltas.push_back({.list = &list->facts(), .hidden = hidden_by(*list, lists)});
      }
    }
  }

  // Among lists that cover alike OpenSSL takes one in time, then the newest.
  const RevocationListFacts* hidden_by(const RevocationList& delta, const Lists& lists) const {
    const auto rank = [&](const RevocationListFacts& list) {
      return std::pair(in_time(list, clock_), list.this_update);
    };
    for (const RevocationList* list : lists) {
      const RevocationListFacts& facts = list->facts();
      const bool is_complete = facts.scope.bar == CrlBar::kNone && !facts.scope.is_delta;
      if (is_complete && facts.revoked > 0 && rank(facts) < rank(delta.facts())) return &facts;
    }
    return nullptr;
  }

  // About CRLs of CAs that are not in the store: clients may send these CAs themselves.
  void ask_about_strangers() {
    for (const auto& [name, lists] : lists_) {
      if (names_.contains(name)) continue;
      std::map<std::string_view, Offer> best;  // by distribution point
      for (const RevocationList* list : lists) {
        const pki::CrlScope& scope = list->facts().scope;
        const Offer offer{.list = &list->facts(),
                          .covers = scope.bar == CrlBar::kNone,
                          .is_in_time = in_time(list->facts(), clock_)};
        if (offer.covers && offer.beats(best[scope.point])) best[scope.point] = offer;
      }
      for (const auto& [point, offer] : best) {
        if (offer.list == nullptr) continue;
        result_.uses.push_back(
            {.issuer = nullptr, .subject = nullptr, .list = offer.list, .covers = true});
      }
    }
  }

  using CaKey = std::pair<std::string_view, pki::Fingerprint>;  // canonical subject, key

  const std::vector<Member>& members_;
  const Clock& clock_;
  const bool asks_about_roots_;
  std::map<std::string_view, Lists> lists_;    // by canonical issuer
  std::set<std::string_view> names_;           // canonical subjects of the store's CAs
  std::set<std::string_view> issuers_of_cas_;  // canonical issuers of the store's CAs
  std::map<const Member*, Lists> fitting_;     // what lists_for() found
  std::map<std::string_view, std::vector<const Member*>> by_name_;
  std::set<CaKey> told_;
  std::size_t pairs_ = 0;
  CrlCoverage result_;
};

}  // namespace

CrlCoverage crl_coverage(const TrustContent& content, const pki::paths::BundleView& store,
                         const std::vector<KnownClient>& clients, const Clock& clock) {
  if (!content.check_crls) return {};
  return Coverage(content, store, clock).take(clients);
}

namespace {

// Finds out which key signed a list, but spends at most about a second on it: a store can have
// thousands of CAs with one name, and a list a million entries.
class SignerSearch {
 public:
  bool can_be_signed_by(const pki::RevocationList& list, const pki::Certificate& certificate) {
    constexpr std::size_t kMaxSpent = 10'000;  // in 0.1 ms, like verification_weight()
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
