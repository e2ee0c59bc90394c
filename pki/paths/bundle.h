// What a list of certificates means as a store of client CAs: roles, successors, paths to an
// anchor, the depth they need and when trust ends. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "pki/certificate.h"

namespace mtls::pki::paths {

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
  /// The path that OpenSSL takes leads from this certificate over CA certificates to an anchor: one
  /// that is self-signed, or trusted for clients by its own annotation (R3.7, R3.9). It is valid at
  /// an instant when all its certificates are. Of several issuers OpenSSL takes the first that is
  /// in force, so the order of the store counts (R9.13). path_until is the first instant after
  /// `now` at which it is not valid. A gap before a successor's not_before counts as such an end;
  /// spans that touch leave no gap.
  /// When it is not valid at `now`: the instant at which it last ended (not after `now`).
  /// When all valid paths lie in the future: the end of the first. nullopt: there is no path, or
  /// only paths over invalid dates.
  std::optional<base::sys_seconds> path_until;
  bool has_valid_path = false;  // at `now`
  /// Among the distinct CA certificates here with the same subject or the same key, the one that
  /// ends next after this one; else the one that is declared to follow it (Succession). An index
  /// into the store.
  std::optional<std::size_t> successor;
  bool handed_over = false;  // a declared successor is in force at `now` and leads to an anchor
  // It is one of the issuing certificates, or a path of one of them leads over it.
  bool serves_issuing = false;
  // At `now` OpenSSL's path for clients of an issuing CA, or for a known client, leads over it.
  bool in_use = false;
  // A certificate in use or a known client fits it, and does not fit all others of its name and
  // key: its authorityKeyIdentifier names issuer and serial number, say (R9.11).
  bool pinned = false;
  // Whom OpenSSL takes above it at `now`; an anchor stands above itself. An index into the store.
  std::optional<std::size_t> issuer;
  /// It leads to no anchor, which hurts nobody: another certificate of its name and key does, and
  /// OpenSSL takes that one (R9.13).
  bool spared = false;
  // Non-self-signed certificates on its shortest path to an anchor, itself included (R3.12).
  int intermediates_needed = 0;

  /// A path may end here. OpenSSL never checks an anchor's own signature (R3.15).
  bool is_anchor() const { return chains_to_anchor && intermediates_needed == 0; }
};

/// OpenSSL takes one certificate where another one here would lead to an anchor, because of the
/// order of the store. Both are indices into it.
struct OrderProblem {
  std::size_t taken = 0;
  std::size_t better = 0;
  // They are one CA, cross-signed (R9.13). Else they are two CAs of one name (R9.12).
  bool same_key = false;
  bool refuses = false;  // at `now` clients that `better` would accept are refused
  std::optional<base::sys_seconds> from = {};  // from then on they will be

  bool operator==(const OrderProblem&) const = default;
};

/// Where a known client's path enters the store.
struct ClientPath {
  std::optional<Certificate> below;   // its own certificate or one that it sends; nullopt: nowhere
  std::optional<std::size_t> issuer;  // who stands above that at `now`: an index into the store
};

/// What is asked of a store.
struct BundleQuestion {
  /// Some CA clients are being moved from one CA to another of another name and key.
  struct Succession {
    std::size_t from;  // indices into the store
    std::size_t to;
  };

  // How many certificates at the front of the store are meant as clients' CAs. The others (for
  // stapling, say) complete paths, but no client depends on them.
  std::size_t issuing = 0;
  std::vector<std::vector<Certificate>> clients = {};  // what each known client sends, leaf first
  std::vector<Succession> successions = {};
};

struct BundleView {
  std::vector<Member> members;  // same order as given

  /// The first instant at which clients of a CA lose their last valid path (metric
  /// server_trust_expiry). Clients of one CA certificate's name, key and key id count together. Of
  /// those with a valid path at `now` the first instant without one counts; of those without one
  /// the past instant at which it ended. Left out are CAs whose validity begins later, CAs without
  /// an issuing certificate, and ended CAs whose name another CA with a valid path has. A known
  /// client counts by itself where its certificate demands a certain certificate of its CA (R9.11).
  /// A CA that is declared to follow another one stands in for it. nullopt: nothing counts.
  std::optional<base::sys_seconds> trust_until;
  // How many intermediates the longest path of its CAs' clients has at `now`; where no path is
  // valid, the shortest one that there could be. nullopt without an anchor.
  std::optional<int> depth_required;
  std::vector<OrderProblem> order_problems;
  std::vector<ClientPath> clients;  // of BundleQuestion::clients
};

/// `store`: all certificates that nginx puts into one trust store, in order. `now` decides which of
/// them are dead already.
BundleView view_bundle(const std::vector<Certificate>& store, base::sys_seconds now,
                       const BundleQuestion& question);
/// The same, with all certificates issuing and no client known.
BundleView view_bundle(const std::vector<Certificate>& store, base::sys_seconds now);

}  // namespace mtls::pki::paths
