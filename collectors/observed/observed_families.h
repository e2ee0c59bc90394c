// What nginx's lines tell of the clients that come. Counters and what is known now, which is why
// they are no part of a Snapshot. No name, serial number or address of a client is in them. Pure.
#pragma once

#include "collectors/family.h"
#include "running/observed_counts.h"

namespace mtls::collectors::observed {

Families observed_families(const running::ObservedCounts& counts);

}  // namespace mtls::collectors::observed
