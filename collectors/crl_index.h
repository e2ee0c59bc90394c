// The CRLs of files by issuer, for the time of one collection: many server blocks share a file.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "audit/policy.h"
#include "pki/material.h"

namespace mtls::collectors {

/// Of a file: its CRL by the label of the issuer.
using CrlsByIssuer = std::map<std::string, const pki::RevocationListFacts*>;

class CrlIndex {
 public:
  /// Without those whose fingerprints are in `without_use`. `material` outlives the index.
  const CrlsByIssuer& of(const pki::Material& material,
                         const std::set<pki::Fingerprint>& without_use);

 private:
  std::map<std::pair<const pki::Material*, std::set<pki::Fingerprint>>, CrlsByIssuer> known_;
};

inline constexpr std::size_t kSeriesPerCrl = 3;

/// More series than limits.max_series_per_file.
bool too_many_crls(const CrlsByIssuer& lists, const audit::Limits& limits);

}  // namespace mtls::collectors
