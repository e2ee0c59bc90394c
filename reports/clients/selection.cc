#include "reports/clients/selection.h"

#include <algorithm>

#include <fnmatch.h>

namespace mtls::reports::clients {

using running::ObservedClient;
using running::ObservedVisits;

std::vector<ObservedClient> select(std::vector<ObservedClient> clients, const Selection& selection,
                                   base::sys_seconds now) {
  const auto is_unwanted_visit = [&](const ObservedVisits& visits) {
    const bool is_elsewhere = !selection.server.empty() &&
                              fnmatch(selection.server.c_str(), visits.at.server.c_str(), 0) != 0;
    return is_elsewhere || (selection.refused && visits.last_code == 0);
  };
  const auto is_unwanted = [&](ObservedClient& client) {
    if (!selection.ca.empty() && !client.issuer_key.starts_with(selection.ca)) return true;
    if (selection.expiring && client.not_after > now + *selection.expiring) return true;
    const bool came = selection.unused_since &&
                      std::ranges::any_of(client.visits, [&](const ObservedVisits& visits) {
                        return visits.last_seen >= now - *selection.unused_since;
                      });
    if (came) return true;
    std::erase_if(client.visits, is_unwanted_visit);
    return client.visits.empty();
  };
  std::erase_if(clients, is_unwanted);
  return clients;
}

}  // namespace mtls::reports::clients
