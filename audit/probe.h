// What handshakes with the running nginx showed. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/tls_context.h"
#include "pki/types.h"

namespace mtls::audit {

/// How to reach one server block as its clients do.
struct ProbeTarget {
  config::ContextId id;
  std::string address;  // `127.0.0.1`, `::1`, `/path` of a Unix socket
  std::uint16_t port = 0;
  std::string sni;                  // "": none
  bool has_proxy_protocol = false;  // nginx wants its header first

  bool operator==(const ProbeTarget&) const = default;
};

/// What one server block showed to a client without a certificate.
struct ProbeAnswer {
  config::ContextId id;
  std::string failure;             // why there was no handshake; "": there was
  bool asks = false;               // it asked for a client certificate
  std::set<std::string> ca_names;  // with these names (pki::DistinguishedName::canonical)
  pki::Fingerprint leaf;           // its own certificate

  bool operator==(const ProbeAnswer&) const = default;
};
using ProbeAnswers = std::vector<ProbeAnswer>;

/// The same beside the files.
struct ProbedServer {
  config::ContextId id;
  bool is_reached = false;
  // nullopt: not reached, or what the files make nginx send is not known.
  std::optional<bool> are_names_as_in_files = {};
  std::optional<bool> is_certificate_as_in_files = {};

  bool operator==(const ProbedServer&) const = default;
};

}  // namespace mtls::audit
