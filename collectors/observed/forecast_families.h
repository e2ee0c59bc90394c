// What will become of the clients that came, and which CAs they come by. Not of a Snapshot: they
// change with each client. Pure.
#pragma once

#include <map>

#include "audit/observed/forecast.h"
#include "audit/observed/rotation.h"
#include "collectors/family.h"
#include "running/observed_client.h"

namespace mtls::collectors::observed {

/// How many series the families may have.
struct ForecastDetail {
  bool is_compact = false;  // no label `ca`
};

/// No name, no serial number, no address: nothing that tells who a client is.
Families forecast_families(
    const std::map<running::ObservedServer, mtls::audit::observed::Outlook>& outlooks,
    const mtls::audit::observed::CaUses& uses, ForecastDetail detail = {});

}  // namespace mtls::collectors::observed
