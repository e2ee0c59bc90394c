// Which certificate of a store issued which, and what paths to an anchor follow from it. Private to
// the floor. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "pki/certificate.h"
#include "pki/coverage.h"

namespace mtls::pki {

/// Edges between the positions of distinct certificates.
struct Issuance {
  std::vector<bool> is_anchor;  // a path may end here (R3.9)
  std::vector<std::vector<std::size_t>>
      issued;          // issuer -> those it issued; anchors need no issuer and are issued by none
  int pairs = 0;       // of equal names, looked at: what it cost
  int signatures = 0;  // verified, likewise; one that takes long counts as many
};

/// An issuer is a CA certificate whose subject is the other's issuer, that X509_check_issued()
/// accepts and whose key made the signature. After 5,000 signatures in one call, or fewer that
/// take long, names and key ids decide alone; after 250,000 pairs nothing more is matched (only a
/// store made to hurt gets there).
Issuance match_issuers(const std::vector<const Certificate*>& certificates);

/// What one certificate's paths to an anchor are worth. Cycles of cross certificates add nothing: a
/// path through one only narrows.
struct AnchorPath {
  bool reaches = false;
  int steps =
      0;  // certificates below the anchor on the shortest path, itself included; an anchor has 0
  Coverage valid;  // the instants at which every certificate of some path is valid
  std::optional<base::sys_seconds>
      bottleneck;  // the best path's smallest not_after; nullopt: only over impossible dates
};

std::vector<AnchorPath> follow_paths(const std::vector<const Certificate*>& certificates,
                                     const Issuance& issuance);

}  // namespace mtls::pki
