// Which certificate of a store issued which, and the paths to an anchor that follow. Private to
// pki/. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pki/certificate.h"
#include "pki/paths/coverage.h"

namespace mtls::pki::paths {

/// As OpenSSL judges it (Validity in types.h).
bool is_in_force(const CertificateFacts& facts, base::sys_seconds at);

/// One certificate of a store that OpenSSL may take for the issuer of another.
struct Candidate {
  std::size_t issuer;
  bool vouches;  // it is a CA that may sign, and its key made the signature
  // The instants at which OpenSSL takes it: it is in force, and none before it is (R9.11).
  Coverage taken;
};
/// In the store's order.
using Candidates = std::vector<Candidate>;

/// A graph over indices into a list of distinct certificates.
struct Issuance {
  struct Issued {
    std::size_t child;
    Coverage taken;  // Candidate::taken
  };

  std::vector<bool> is_anchor;              // a path may end here (R3.9)
  std::vector<Candidates> candidates;       // child -> who may stand above it; of an anchor nobody
  std::vector<std::vector<Issued>> issued;  // issuer -> those that it vouches for
  int pairs = 0;       // pairs with equal names that were compared: the cost of the call
  int signatures = 0;  // signatures that were verified, likewise; a slow one counts as many
};

/// Finds who may stand above a certificate. X509_STORE_CTX_get1_issuer() of OpenSSL 3.0 looks at
/// the certificates of the issuer's name that X509_check_issued() accepts. It takes the first that
/// is in force, whoever signed; so candidates are all of these. A candidate vouches when it is a CA
/// and its key made the signature. After 5,000 signatures (fewer when they are slow) names and key
/// ids decide alone. After 250,000 pairs nothing more is matched. Only a store made to be slow
/// reaches these limits.
class Matcher {
 public:
  /// Keeps a reference to `certificates`.
  explicit Matcher(const std::vector<const Certificate*>& certificates);

  /// `child` may be one of the store, then it is no candidate of itself.
  Candidates candidates_of(const Certificate& child);
  /// The indices of the certificates with this subject (canonical), in the store's order.
  const std::vector<std::size_t>& named(std::string_view subject) const;

  int pairs() const { return pairs_; }
  int signatures() const { return signatures_; }

 private:
  bool may_stand_above(std::size_t issuer, const Certificate& child);
  bool has_signed(std::size_t issuer, const Certificate& child);

  const std::vector<const Certificate*>& certificates_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> by_subject_;
  int signatures_ = 0;
  int pairs_ = 0;
};

/// Gives each candidate the instants at which OpenSSL takes it. The candidates are in the store's
/// order. Returns the cost: how many spans were looked at.
int set_taken(const std::vector<const Certificate*>& certificates, Candidates& candidates);

/// The candidates of every certificate that is no anchor.
Issuance match_issuers(const std::vector<const Certificate*>& certificates, Matcher& matcher);
Issuance match_issuers(const std::vector<const Certificate*>& certificates);

/// What all paths from one certificate to an anchor amount to. Cycles of cross certificates add
/// nothing: a path through a cycle is never valid for longer.
struct AnchorPath {
  bool reaches = false;
  // Certificates below the anchor on the shortest path, itself included; 0 for an anchor.
  int steps = 0;
  // The instants at which all certificates of the path that OpenSSL takes are in force.
  Coverage valid;
  // The largest, over all paths, of a path's smallest not_after; nullopt: only paths over invalid
  // dates.
  std::optional<base::sys_seconds> bottleneck;
};

/// The paths of each certificate, by index into `certificates`.
std::vector<AnchorPath> follow_paths(const std::vector<const Certificate*>& certificates,
                                     const Issuance& issuance);

}  // namespace mtls::pki::paths
