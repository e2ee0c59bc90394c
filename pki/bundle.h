// What a set of certificates means as a store of client CAs: roles, successors, paths, depths,
// expiry of trust. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "pki/certificate.h"

namespace mtls::pki {

enum class Role { kRoot, kIntermediate, kCross, kLeaf };
std::string_view word(Role role);  // root intermediate cross leaf

struct Member {
  Certificate certificate;
  Role role = Role::kLeaf;  // kCross: an intermediate whose subject and key also stand in another
                            // CA certificate here under another issuer
  bool chains_to_anchor =
      false;  // some path inside the store ends in a self-signed certificate, validity aside (R3.9)
  bool superseded =
      false;  // another certificate here has the same subject and key and a later not_after
  bool duplicate = false;  // an earlier one has the same fingerprint
  /// A path leads over CA certificates to an anchor: self-signed, or trusted for clients by its own
  /// annotation (R3.7, R3.9). It is valid at t when every certificate on it is. This is the first
  /// instant after `now` at which no path is valid; a gap before a successor's not_before is such
  /// an end, spans that touch are not. Without a valid path at `now`: the instant the last one
  /// ended (already broken, never after `now`), else, when all of them lie ahead, the end of the
  /// first. nullopt: no path at all, or only over impossible dates.
  std::optional<base::sys_seconds> path_until;
  /// Of the distinct CA certificates here with the same subject or the same key, the one that ends
  /// next after this one: a position in the store.
  std::optional<std::size_t> successor;
  bool serves_issuing = false;  // it is an issuing one, or a path of one of those leads over it
  int intermediates_needed =
      0;  // non-self-signed certificates on its shortest path to an anchor, itself included (R3.12)

  /// A path may end here; then its own signature is never checked (R3.15).
  bool is_anchor() const { return chains_to_anchor && intermediates_needed == 0; }
};

struct BundleView {
  std::vector<Member> members;  // same order as given

  /// The first instant at which some CA key loses its last valid path (the metric
  /// server_trust_expiry): the minimum over the (subject, key) groups of CA certificates. A group
  /// valid at `now` counts with the first instant at which none of its members has a valid path. A
  /// group already dead counts, with the past instant it died at, only when no living group has its
  /// subject. A group whose validity lies wholly ahead does not count yet, and one without a
  /// certificate among the issuing ones never. nullopt: no group counts.
  std::optional<base::sys_seconds> trust_until;
  std::optional<int>
      depth_required;  // the largest intermediates_needed of its CAs; nullopt without an anchor
};

/// `store`: every certificate nginx puts into one trust store, in order. `now`: the instant that
/// decides what is dead already. `issuing`: the first that many certificates of the store are where
/// clients' CAs are meant to stand; the others (for stapling, say) complete paths but lose nobody.
BundleView view_bundle(const std::vector<Certificate>& store, base::sys_seconds now,
                       std::size_t issuing);
/// All of them issue.
BundleView view_bundle(const std::vector<Certificate>& store, base::sys_seconds now);

}  // namespace mtls::pki
