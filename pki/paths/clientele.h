// Clients as a trust store sees them before it has seen any: one kind for each name, key and key id
// that a CA of the store can have given its clients to point to. Beside them the clients that are
// known. Private to pki/. Pure.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "pki/paths/issuance.h"

namespace mtls::pki::paths {

/// The clients of one CA that OpenSSL cannot tell apart: whichever certificate of the CA vouches,
/// theirs names its subject, and its key id where it has one.
struct Clientele {
  std::string_view subject;  // canonical
  Fingerprint key;
  std::string_view key_id;  // "": the CA has none
  // Who may stand above such a client; those of the CA itself vouch.
  Candidates candidates;
  bool issuing = false;  // one of the CA's certificates is among the issuing ones
  Coverage valid;        // when the path that OpenSSL takes is valid
  std::optional<base::sys_seconds> bottleneck;  // the largest one of the CA's certificates
  std::optional<base::sys_seconds> begin;       // the earliest not_before of the CA's certificates
};

/// A store's certificates, each once, and what is known of them.
struct StoreGraph {
  const std::vector<const Certificate*>& certificates;
  Issuance issuance;
  std::vector<AnchorPath> reaches;
};

/// `is_issuing`: by certificate.
std::vector<Clientele> find_clienteles(const StoreGraph& graph, const Matcher& matcher,
                                       const std::vector<bool>& is_issuing);

/// The certificate of a known client above which the store's certificates stand: its own, or one
/// that it sends. No candidates: the store has none of its issuers.
struct StoreEntry {
  const Certificate* certificate = nullptr;
  Candidates candidates;
};

/// `sent`: leaf first, not empty. OpenSSL looks into the store before it looks into what was sent.
StoreEntry find_entry(std::span<const Certificate> sent, Matcher& matcher);

/// When the path that OpenSSL takes from one of the candidates is valid.
Coverage coverage_of(const Candidates& candidates, const std::vector<AnchorPath>& reaches);

}  // namespace mtls::pki::paths
