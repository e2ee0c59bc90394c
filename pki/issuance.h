// Which certificate of a store issued which, and the paths to an anchor that follow. Private to
// pki/. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "pki/certificate.h"
#include "pki/coverage.h"

namespace mtls::pki {

/// A graph over indices into a list of distinct certificates.
struct Issuance {
  std::vector<bool> is_anchor;  // a path may end here (R3.9)
  // Issuer -> the certificates it issued; anchors are issued by none.
  std::vector<std::vector<std::size_t>> issued;
  int pairs = 0;       // pairs with equal names that were compared: the cost of the call
  int signatures = 0;  // signatures that were verified, likewise; a slow one counts as many
};

/// An issuer is a CA certificate whose subject is the other certificate's issuer, that
/// X509_check_issued() accepts, and whose key made the signature. After 5,000 signatures in one
/// call (fewer when they are slow) names and key ids decide alone. After 250,000 pairs nothing more
/// is matched. Only a store made to be slow reaches these limits.
Issuance match_issuers(const std::vector<const Certificate*>& certificates);

/// What all paths from one certificate to an anchor amount to. Cycles of cross certificates add
/// nothing: a path through a cycle is never valid for longer.
struct AnchorPath {
  bool reaches = false;
  // Certificates below the anchor on the shortest path, itself included; 0 for an anchor.
  int steps = 0;
  Coverage valid;  // the instants at which all certificates of some path are valid
  // The largest, over all paths, of a path's smallest not_after; nullopt: only paths over invalid
  // dates.
  std::optional<base::sys_seconds> bottleneck;
};

/// The paths of each certificate, by index into `certificates`.
std::vector<AnchorPath> follow_paths(const std::vector<const Certificate*>& certificates,
                                     const Issuance& issuance);

}  // namespace mtls::pki
