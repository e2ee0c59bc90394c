// A Snapshot as metric families. What a series says is in docs/metrics.md; names and helps are in
// metric_names.h; each group of families has a file of its own, *_families.cc. Pure: the same
// Snapshot gives the same families.
#pragma once

#include "audit/policy.h"
#include "audit/snapshot.h"
#include "collectors/family.h"

namespace mtls::collectors {

struct Collection {
  Families families;
  /// How many series were left out because there were more than limits.max_series in all.
  std::size_t over_limit = 0;
};

/// All families. Above limits.max_series those named ca_*, server_ca_info and server_crl_info are
/// left out, but not ca_rotation_state; series_omitted counts what any limit left out.
Collection collect(const audit::Snapshot& snapshot, const audit::Limits& limits);

// The groups, each of which appends its families.

/// Returns how many series of ca_rotation_state limits.max_certificates_per_file left out: all
/// those of a server block where more CAs than that are being exchanged.
std::size_t server_families(const audit::Snapshot& snapshot, const audit::Limits& limits,
                            Families& families);
void bundle_families(const audit::Snapshot& snapshot, const audit::Limits& limits,
                     Families& families);
/// Returns how many series limits.max_certificates_per_file and limits.max_series_per_file left
/// out: all those of a file above one of them.
std::size_t ca_families(const audit::Snapshot& snapshot, const audit::Limits& limits,
                        Families& families);
/// Which server block trusts which certificate of which file. Returns how many series are left out:
/// those of a file whose ca_* series are; all when they alone are more than limits.max_series.
std::size_t server_ca_family(const audit::Snapshot& snapshot, const audit::Limits& limits,
                             Families& families);
/// Which server block checks the clients of which CA with a CRL of which file; a CRL of a CA that
/// it does not trust has no series. Returns how many series are left out: likewise.
std::size_t server_crl_family(const audit::Snapshot& snapshot, const audit::Limits& limits,
                              Families& families);
/// Returns how many series limits.max_series_per_file left out: all those of a file above it.
std::size_t crl_families(const audit::Snapshot& snapshot, const audit::Limits& limits,
                         Families& families);
void canary_families(const audit::Snapshot& snapshot, Families& families);
void upstream_families(const audit::Snapshot& snapshot, Families& families);
void config_families(const audit::Snapshot& snapshot, Families& families);

/// What --compat.blackbox adds; collect() leaves it out.
void blackbox_families(const audit::Snapshot& snapshot, Families& families);

}  // namespace mtls::collectors
