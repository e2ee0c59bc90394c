// What will become of the clients that came, and which CAs they come by. Not of a Snapshot: they
// change with each client. Pure.
#pragma once

#include <map>
#include <span>

#include "audit/observed/forecast.h"
#include "audit/observed/rotation.h"
#include "collectors/family.h"
#include "running/observed_client.h"

namespace mtls::collectors::observed {

/// How many series the families may have.
struct ForecastDetail {
  bool is_compact = false;  // no label `ca`
};

/// No name, no serial number, no address: nothing that tells who a client is. `clients`: for the
/// ends of their CAs.
Families forecast_families(const std::map<running::ObservedServer, mtls::audit::Outlook>& outlooks,
                           const mtls::audit::observed::CaUses& uses,
                           std::span<const mtls::audit::ServerClients> clients,
                           ForecastDetail detail = {});

}  // namespace mtls::collectors::observed
