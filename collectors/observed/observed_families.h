// What nginx's lines tell of the clients that come. Counters and what is known now, which is why
// they are no part of a Snapshot. No name, serial number or address of a client is in them. Pure.
#pragma once

#include "collectors/family.h"
#include "running/observed_counts.h"

namespace mtls::collectors::observed {

/// `is_compact`: of the settings, metrics.detail. Then there is no label `ca`, and connections of
/// clients whose CA is in no file here have no series: whoever makes certificates of their own is
/// no client.
Families observed_families(const running::ObservedCounts& counts, bool is_compact = false);

}  // namespace mtls::collectors::observed
