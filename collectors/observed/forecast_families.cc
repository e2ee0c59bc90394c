#include "collectors/observed/forecast_families.h"

#include <algorithm>

namespace mtls::collectors::observed {
namespace {

using mtls::audit::CaUse;
using mtls::audit::kHorizons;
using mtls::audit::Outlook;
using running::ObservedServer;

// At most this many CA keys have series at one server block, those that were used last.
constexpr std::size_t kMostCas = 8;

std::vector<std::pair<std::string, base::sys_seconds>> last_used(
    const std::map<std::string, CaUse>& uses) {
  std::vector<std::pair<std::string, base::sys_seconds>> used;
  for (const auto& [ca, use] : uses) used.emplace_back(ca, use.last_used);
  std::ranges::stable_sort(used, std::greater<>{}, [](const auto& one) { return one.second; });
  if (used.size() > kMostCas) used.resize(kMostCas);
  return used;
}

bool is_shown(const std::map<std::string, CaUse>& uses, const std::string& ca) {
  const auto shown = last_used(uses);
  return std::ranges::find(shown, ca, [](const auto& one) { return one.first; }) != shown.end();
}

}  // namespace

Families forecast_families(const std::map<ObservedServer, Outlook>& outlooks,
                           const mtls::audit::observed::CaUses& uses,
                           std::span<const mtls::audit::ServerClients> clients,
                           ForecastDetail detail) {
  Family lockouts(FamilySpec{"nginx_mtls_observed_lockouts",
                             "Distinct clients that came, are accepted now, and will be refused "
                             "within this time."});
  Family next(FamilySpec{"nginx_mtls_observed_next_lockout_timestamp_seconds",
                         "When the first client that came and is accepted now will be refused."});
  for (const auto& [at, outlook] : outlooks) {
    for (std::size_t i = 0; i < kHorizons.size(); ++i) {
      lockouts.add({{"server", at.server},
                    {"listen", at.listen},
                    {"within", std::string(kHorizons[i].label)}},
                   static_cast<double>(outlook.lockouts[i]));
    }
    if (outlook.next_lockout) {
      next.add({{"server", at.server}, {"listen", at.listen}},
               base::unix_seconds(*outlook.next_lockout));
    }
  }
  Families families;
  families.push_back(lockouts.take());
  families.push_back(next.take());
  if (detail.is_compact) return families;
  Family used(FamilySpec{"nginx_mtls_ca_last_used_timestamp_seconds",
                         "When a client that nginx accepted last came by this CA key."});
  for (const auto& [at, cas] : uses) {
    for (const auto& [ca, when] : last_used(cas)) {
      used.add({{"server", at.server}, {"listen", at.listen}, {"ca", ca}},
               base::unix_seconds(when));
    }
  }
  families.push_back(used.take());
  Family ends(FamilySpec{"nginx_mtls_observed_ca_not_after_timestamp_seconds",
                         "When the last certificate ends of a CA key that clients come by."});
  for (const mtls::audit::ServerClients& server : clients) {
    for (const mtls::audit::CaState& ca : server.cas) {
      const auto at = uses.find({.server = server.id.server, .listen = server.id.listen});
      if (!ca.not_after || at == uses.end() || !is_shown(at->second, ca.ca)) continue;
      ends.add({{"server", server.id.server}, {"listen", server.id.listen}, {"ca", ca.ca}},
               base::unix_seconds(*ca.not_after));
    }
  }
  families.push_back(ends.take());
  return families;
}

}  // namespace mtls::collectors::observed
