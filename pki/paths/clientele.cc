#include "pki/paths/clientele.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "pki/openssl.h"

namespace mtls::pki::paths {
namespace {

// Comparisons of one store. Beyond them a CA's own certificates are its only candidates; only a
// store of thousands of CAs of one name gets there.
constexpr int kMaxComparisons = 250'000;
constexpr std::size_t kMaxSent = 100;  // no peer can send more that OpenSSL would follow

std::string_view key_id_of(const Certificate& certificate) {
  return certificate.handle().traits().key_id;
}

using KindKey = std::tuple<std::string_view, Fingerprint, std::string_view>;

// X509_check_issued() for a client that does not exist: the names are equal, a key id that both
// have has to be, and the key has to be of the type that signs clients here.
bool may_stand_above(const Certificate& above, const Clientele& clients, KeyType type) {
  const std::string_view id = key_id_of(above);
  const bool ids_fit = id.empty() || clients.key_id.empty() || id == clients.key_id;
  return ids_fit && above.facts().key_type == type;
}

class Finder {
 public:
  Finder(const StoreGraph& graph, const Matcher& matcher) : graph_(graph), matcher_(matcher) {}

  /// `own`: the certificates of the CA itself.
  Candidates candidates_of(const Clientele& clients, const std::vector<std::size_t>& own) {
    const KeyType type = graph_.certificates[own.front()]->facts().key_type;
    Candidates found;
    for (const std::size_t i :
         comparisons_ < kMaxComparisons ? matcher_.named(clients.subject) : own) {
      const Certificate& above = *graph_.certificates[i];
      ++comparisons_;
      if (!may_stand_above(above, clients, type)) continue;
      const bool is_own = above.facts().is_ca && above.facts().key == clients.key;
      found.push_back({.issuer = i, .vouches = is_own, .taken = {}});
    }
    comparisons_ += set_taken(graph_.certificates, found);
    return found;
  }

 private:
  const StoreGraph& graph_;
  const Matcher& matcher_;
  int comparisons_ = 0;
};

void add_life(const StoreGraph& graph, std::size_t i, Clientele& clients) {
  const Validity& validity = graph.certificates[i]->facts().validity;
  clients.bottleneck = std::max(clients.bottleneck, graph.reaches[i].bottleneck);
  if (!clients.begin || validity.not_before < clients.begin) clients.begin = validity.not_before;
}

}  // namespace

Coverage coverage_of(const Candidates& candidates, const std::vector<AnchorPath>& reaches) {
  std::vector<Span> all;  // united once, because a CA may have been renewed often
  for (const Candidate& candidate : candidates) {
    if (!candidate.vouches) continue;
    const Coverage part = reaches[candidate.issuer].valid.within(candidate.taken);
    all.insert(all.end(), part.spans().begin(), part.spans().end());
  }
  return Coverage(std::move(all));
}

std::vector<Clientele> find_clienteles(const StoreGraph& graph, const Matcher& matcher,
                                       const std::vector<bool>& is_issuing) {
  std::map<KindKey, std::vector<std::size_t>> kinds;
  for (std::size_t i = 0; i < graph.certificates.size(); ++i) {
    const CertificateFacts& facts = graph.certificates[i]->facts();
    if (!facts.is_ca) continue;
    kinds[{facts.subject.canonical, facts.key, key_id_of(*graph.certificates[i])}].push_back(i);
  }
  Finder finder(graph, matcher);
  std::vector<Clientele> all;
  for (const auto& [key, own] : kinds) {
    Clientele clients;
    std::tie(clients.subject, clients.key, clients.key_id) = key;
    for (const std::size_t i : own) clients.issuing = clients.issuing || is_issuing[i];
    clients.candidates = finder.candidates_of(clients, own);
    clients.valid = coverage_of(clients.candidates, graph.reaches);
    for (const Candidate& candidate : clients.candidates) {
      if (candidate.vouches) add_life(graph, candidate.issuer, clients);
    }
    all.push_back(std::move(clients));
  }
  return all;
}

StoreEntry find_entry(std::span<const Certificate> sent, Matcher& matcher) {
  StoreEntry entry{.certificate = &sent.front(), .candidates = {}};
  for (std::size_t steps = 0; steps < std::min(sent.size(), kMaxSent); ++steps) {
    entry.candidates = matcher.candidates_of(*entry.certificate);
    if (!entry.candidates.empty() || entry.certificate->facts().self_signed) return entry;
    X509* below = entry.certificate->handle().x509();
    const auto issuer = std::ranges::find_if(sent, [&](const Certificate& one) {
      return one.facts().subject == entry.certificate->facts().issuer &&
             is_likely_issuer(one.handle().x509(), one.handle().key(), below);
    });
    if (issuer == sent.end()) return entry;
    entry.certificate = &*issuer;
  }
  return entry;
}

}  // namespace mtls::pki::paths
