#include "audit/trust/rotation.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace mtls::audit::trust {
namespace {

using pki::CertificateFacts;
using pki::paths::Member;

bool has_ended(const CertificateFacts& facts, const Clock& clock) {
  return facts.validity.not_after && clock.has_come(*facts.validity.not_after);
}

// The certificates that can replace another one: those with the same name and key that verify
// everything it verifies, now and for longer.
class Heirs {
 public:
  Heirs(const std::vector<Member>& members, const Clock& clock) {
    for (const Member& member : members) {
      const CertificateFacts& facts = member.certificate.facts();
      if (!member.has_valid_path || clock.has_come(*member.path_until)) continue;
      base::sys_seconds& until = ends_[key_of(facts)][facts.validity.not_after];
      until = std::max(until, *member.path_until);
    }
    for (auto& [key, ends] : ends_) {
      for (auto later = ends.rbegin(), it = later; it != ends.rend(); later = it++) {
        it->second = std::max(it->second, later->second);
      }
    }
  }

  bool has_one(const Member& member) const {
    const CertificateFacts& facts = member.certificate.facts();
    const auto ends = ends_.find(key_of(facts));
    if (ends == ends_.end() || !member.path_until) return false;
    const auto later = ends->second.upper_bound(facts.validity.not_after);
    return later != ends->second.end() && later->second >= *member.path_until;
  }

 private:
  using Key = std::pair<std::string_view, pki::Fingerprint>;  // canonical subject, key
  static Key key_of(const CertificateFacts& facts) { return {facts.subject.canonical, facts.key}; }

  /// not_after -> the latest path_until of the certificates that end then or later.
  using Ends = std::map<std::optional<base::sys_seconds>, base::sys_seconds>;
  std::map<Key, Ends> ends_;
};

// Finds the certificates of a store that the settings name, by fingerprint or by file.
class Named {
 public:
  Named(const std::vector<pki::Certificate>& store, const MaterialView& material)
      : material_(material) {
    for (std::size_t i = 0; i < store.size(); ++i) {
      const pki::Fingerprint& fingerprint = store[i].facts().fingerprint;
      positions_.try_emplace(fingerprint, i);
      by_label_[fingerprint.label()].try_emplace(fingerprint, i);
    }
  }

  std::vector<std::size_t> find(const CaSetting& ca) const {
    std::vector<std::size_t> found;
    if (!ca.fingerprint.empty()) {
      const auto candidates = by_label_.find(ca.fingerprint.substr(0, kLabelDigits));
      if (candidates == by_label_.end()) return found;
      for (const auto& [fingerprint, position] : candidates->second) {
        if (fingerprint.hex().starts_with(ca.fingerprint)) found.push_back(position);
      }
      return found;
    }
    const pki::Material* file = material_.content(&ca.path);
    if (file == nullptr) return found;
    for (const pki::Certificate& certificate : file->certificates) {
      const auto position = positions_.find(certificate.facts().fingerprint);
      if (position != positions_.end()) found.push_back(position->second);
    }
    return found;
  }

 private:
  static constexpr std::size_t kLabelDigits = 16;  // the length of Fingerprint::label()
  using Positions = std::map<pki::Fingerprint, std::size_t>;

  const MaterialView& material_;
  Positions positions_;
  std::map<std::string, Positions> by_label_;
};

}  // namespace

std::vector<pki::paths::BundleQuestion::Succession> declared_successions(
    const std::vector<RotationSetting>& rotations, const TrustContent& content,
    const MaterialView& material) {
  std::vector<pki::paths::BundleQuestion::Succession> successions;
  if (rotations.empty()) return successions;
  const Named named(content.store, material);
  for (const RotationSetting& rotation : rotations) {
    const std::vector<std::size_t> next = named.find(rotation.to);
    for (const std::size_t from : named.find(rotation.from)) {
      for (const std::size_t to : next) successions.push_back({.from = from, .to = to});
    }
  }
  return successions;
}

std::vector<RotatingCa> rotating_cas(const TrustContent& content,
                                     const pki::paths::BundleView& store, const Clock& clock) {
  const std::vector<Member>& members = store.members;
  std::set<std::size_t> successors;
  for (const Member& member : members) {
    if (member.successor) successors.insert(*member.successor);
  }
  std::set<pki::Fingerprint> announced;
  for (const pki::Certificate& certificate : content.announced) {
    announced.insert(certificate.facts().fingerprint);
  }
  const Heirs heirs(members, clock);
  std::vector<RotatingCa> rotating;
  for (std::size_t i = 0; i < std::min(content.issuing, members.size()); ++i) {
    const Member& member = members[i];
    const CertificateFacts& facts = member.certificate.facts();
    if (member.duplicate || !facts.is_ca) continue;
    if (!member.successor && !successors.contains(i)) continue;
    const bool is_over = has_ended(facts, clock);
    const bool is_needed = !is_over && (member.pinned || !heirs.has_one(member));
    rotating.push_back(
        {.fingerprint = facts.fingerprint,
         .announced = announced.contains(facts.fingerprint),
         .needed = is_needed,
         .droppable = !is_needed && !(is_over && member.in_use) && member.successor.has_value()});
  }
  return rotating;
}

}  // namespace mtls::audit::trust
