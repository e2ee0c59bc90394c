// A Snapshot as metric families, in the order of metric_names.h. Pure: the same Snapshot gives
// the same text.
#pragma once

#include "audit/policy.h"
#include "audit/snapshot.h"
#include "collectors/family.h"

namespace mtls::collectors {

struct Collection {
  Families families;
  /// Series left out because all together were more than limits.max_series.
  std::size_t over_limit = 0;
};

/// All families; above limits.max_series the ca_* families go first, and series_omitted says how
/// many.
Collection collect(const audit::Snapshot& snapshot, const audit::Limits& limits);

// The groups, each appending its families.
/// Returns how many series of CAs under exchange limits.max_certificates_per_file left out: all of
/// a server with more such CAs.
std::size_t server_families(const audit::Snapshot& snapshot, const audit::Limits& limits,
                            Families& families);
void bundle_families(const audit::Snapshot& snapshot, const audit::Limits& limits,
                     Families& families);
/// Returns how many series limits.max_certificates_per_file and limits.max_series_per_file left
/// out.
std::size_t ca_families(const audit::Snapshot& snapshot, const audit::Limits& limits,
                        Families& families);
/// Returns how many series limits.max_series_per_file left out: those of whole files.
std::size_t crl_families(const audit::Snapshot& snapshot, const audit::Limits& limits,
                         Families& families);
void canary_families(const audit::Snapshot& snapshot, Families& families);
void upstream_families(const audit::Snapshot& snapshot, Families& families);
void config_families(const audit::Snapshot& snapshot, Families& families);

/// Not of collect(): what --compat.blackbox adds.
void blackbox_families(const audit::Snapshot& snapshot, Families& families);

}  // namespace mtls::collectors
