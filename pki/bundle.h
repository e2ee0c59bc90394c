// What a list of certificates means as a store of client CAs: roles, successors, paths to an
// anchor, the depth they need and when trust ends. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "pki/certificate.h"

namespace mtls::pki {

enum class Role { kRoot, kIntermediate, kCross, kLeaf };
std::string_view word(Role role);  // "root", "intermediate", "cross", "leaf"

struct Member {
  Certificate certificate;
  // kCross: an intermediate whose subject and key another CA certificate here has too, under
  // another issuer.
  Role role = Role::kLeaf;
  // Some path inside the store ends in a self-signed certificate, validity aside (R3.9).
  bool chains_to_anchor = false;
  // Another certificate here has the same subject and key and a later not_after.
  bool superseded = false;
  bool duplicate = false;  // an earlier one has the same fingerprint
  /// A path leads from this certificate over CA certificates to an anchor: one that is self-signed,
  /// or trusted for clients by its own annotation (R3.7, R3.9). A path is valid at an instant when
  /// all its certificates are. path_until is the first instant after `now` at which no path is
  /// valid. A gap before a successor's not_before counts as such an end; spans that touch leave no
  /// gap.
  /// When no path is valid at `now`: the instant at which the last one ended (not after `now`).
  /// When all paths lie in the future: the end of the first. nullopt: there is no path, or only
  /// paths over invalid dates.
  std::optional<base::sys_seconds> path_until;
  /// Among the distinct CA certificates here with the same subject or the same key, the one that
  /// ends next after this one. An index into the store.
  std::optional<std::size_t> successor;
  // It is one of the issuing certificates, or a path of one of them leads over it.
  bool serves_issuing = false;
  // Non-self-signed certificates on its shortest path to an anchor, itself included (R3.12).
  int intermediates_needed = 0;

  /// A path may end here. OpenSSL never checks an anchor's own signature (R3.15).
  bool is_anchor() const { return chains_to_anchor && intermediates_needed == 0; }
};

struct BundleView {
  std::vector<Member> members;  // same order as given

  /// The first instant at which a CA key loses its last valid path (metric server_trust_expiry):
  /// the minimum over the groups of CA certificates with the same subject and key. A group that is
  /// valid at `now` counts with the first instant at which none of its members has a valid path. A
  /// group that is dead at `now` counts with the past instant at which it died, and only when no
  /// living group has its subject. A group whose validity begins later does not count yet, and a
  /// group without an issuing certificate never does. nullopt: no group counts.
  std::optional<base::sys_seconds> trust_until;
  // The largest intermediates_needed of its CAs; nullopt without an anchor.
  std::optional<int> depth_required;
};

/// `store`: all certificates that nginx puts into one trust store, in order. `now` decides which of
/// them are dead already. `issuing`: how many certificates at the front of the store are meant as
/// clients' CAs. The others (for stapling, say) complete paths, but no client depends on them.
BundleView view_bundle(const std::vector<Certificate>& store, base::sys_seconds now,
                       std::size_t issuing);
/// The same, with all certificates issuing.
BundleView view_bundle(const std::vector<Certificate>& store, base::sys_seconds now);

}  // namespace mtls::pki
