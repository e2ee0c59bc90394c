#include "audit/observed/rotation.h"

#include <algorithm>
#include <set>

#include "audit/trust/public_roots.h"

namespace mtls::audit::observed {
namespace {

std::string days_text(std::chrono::seconds span) {
  const auto days = std::chrono::duration_cast<std::chrono::days>(span).count();
  return days > 0 ? std::to_string(days) + (days == 1 ? " day" : " days")
                  : std::to_string(span.count()) + " s";
}

// Why nobody can say that no client came; "": they would have been seen.
std::string gap_of(const Watch& watch, std::chrono::seconds resumption, base::sys_seconds now) {
  const base::sys_seconds begin = now - watch.window;
  if (!watch.is_covered) return "not every way to content of this server is observed";
  if (!watch.tells_losses)
    return "nginx's error log does not tell of lines that were lost: that needs level warn";
  if (watch.since > begin)
    return "clients are observed without a gap only since " + base::rfc3339(watch.since) +
           ", which is no whole window of " + days_text(watch.window);
  // nginx writes the line when a connection ends (R9.7 f), at the latest with its worker.
  if (!watch.oldest_worker) return "it is not known since when nginx's workers run";
  if (*watch.oldest_worker < begin)
    return "a worker of nginx runs since " + base::rfc3339(*watch.oldest_worker) +
           " and can have connections that are older than the window; reload nginx";
  if (resumption > watch.window)
    return "sessions can be resumed for " + days_text(resumption) + ", longer than the window";
  return "";
}

std::optional<base::sys_seconds> last_end(const pki::paths::BundleView& store,
                                          const std::string& ca) {
  std::optional<base::sys_seconds> last;
  for (const pki::paths::Member& member : store.members) {
    const pki::CertificateFacts& facts = member.certificate.facts();
    const auto& end = facts.validity.not_after;
    if (facts.key.label() == ca && end && (!last || *end > *last)) last = end;
  }
  return last;
}

bool has_key(const pki::paths::BundleView& store, const std::string& ca) {
  return std::ranges::any_of(store.members, [&](const pki::paths::Member& member) {
    return member.certificate.facts().key.label() == ca;
  });
}

// The keys of the CAs above those that clients come by: they are needed as well.
std::set<std::string> above_of(const pki::paths::BundleView& store,
                               const std::set<std::string>& used) {
  std::set<std::string> above;
  for (const pki::paths::Member& member : store.members) {
    if (!used.contains(member.certificate.facts().key.label())) continue;
    const pki::paths::Member* at = &member;
    for (std::size_t steps = 0; at->issuer && steps < store.members.size(); ++steps) {
      const pki::paths::Member* const issuer = &store.members[*at->issuer];
      if (issuer == at) break;
      at = issuer;
      above.insert(at->certificate.facts().key.label());
    }
  }
  return above;
}

}  // namespace

CaUses ca_uses(const ClientTable& clients) {
  CaUses uses;
  clients.for_each([&](const running::ObservedClient& client) {
    for (const running::ObservedVisits& visits : client.visits) {
      if (visits.last_code != 0) continue;
      CaUse& use = uses[visits.at][client.issuer_key];
      ++use.clients;
      use.last_used = std::max(use.last_used, visits.last_seen);
      use.until = std::max(use.until, client.not_after);
    }
  });
  return uses;
}

std::vector<CaState> ca_states(const ServerAudit& audit, const ServerAudit* loaded,
                               const std::map<std::string, CaUse>& uses, const Watch& watch,
                               base::sys_seconds now) {
  const std::string gap = gap_of(watch, audit.resumption_window, now);
  std::set<std::string> used;
  for (const auto& [ca, use] : uses) {
    if (use.last_used >= now - watch.window) used.insert(ca);
  }
  const std::set<std::string> above = above_of(audit.store, used);
  std::vector<CaState> states;
  std::set<std::string> seen;
  for (const pki::paths::Member& member : audit.store.members) {
    const pki::CertificateFacts& facts = member.certificate.facts();
    if (!facts.is_ca || !seen.insert(facts.key.label()).second) continue;
    CaState state{.ca = facts.key.label(),
                  .subject = facts.subject.rfc2253,
                  .not_after = last_end(audit.store, facts.key.label()),
                  .is_public = trust::is_public_ca(facts)};
    const auto use = uses.find(state.ca);
    const bool is_used = used.contains(state.ca);
    const bool carries = above.contains(state.ca);
    if (is_used) {
      state.stage = CaStage::kInUse;
      state.use = use->second;
      state.why_kept = std::to_string(state.use.clients) +
                       (state.use.clients == 1 ? " client comes" : " clients come") +
                       " by it; the last certificate ends " + base::rfc3339(state.use.until);
    } else if (loaded != nullptr && !has_key(loaded->store, state.ca)) {
      state.stage = CaStage::kAnnounced;
      state.why_kept = "nginx has not loaded it yet";
    } else {
      state.stage = gap.empty() && !carries ? CaStage::kUnused : CaStage::kLoaded;
      state.why_kept = carries ? "a CA that it issued is in use" : gap;
    }
    states.push_back(std::move(state));
  }
  return states;
}

}  // namespace mtls::audit::observed
