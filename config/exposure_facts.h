// What a server block lets past its client certificate check: openings, plaintext twins, identity
// headers that can be forged, ways to a backend. Plain values; config/exposure finds them. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/source.h"

namespace mtls::config {

/// What a http server block does with a client that has no verified certificate
/// (config/exposure/enforcement.h).
enum class Guard {
  kNone,         // some location serves such a client: TlsContext::openings
  kComplete,     // none serves more than redirects and fixed texts
  kUndecidable,  // not known, because of TlsContext::guard_doubt
};

/// A location that serves a client without SUCCESS.
struct Opening {
  std::string location;     // the words after `location`; "": the server block without one
  std::string path;         // a request that gets there
  std::string content;      // `backend NAME`, `files PATH`, a handler's directive
  base::SourceLocation at;  // of the word `location`

  bool operator==(const Opening&) const = default;
};

/// What a server block serves on a socket without TLS although a name of it stands for a server
/// block that asks for certificates.
struct PlaintextTwin {
  std::size_t server = 0;  // index into ResolvedConfig::servers
  std::string listen;      // canonical
  Opening opening;

  bool operator==(const PlaintextTwin&) const = default;
};

/// A location hands requests to a backend without a header that others set for it from
/// `$ssl_client_*`.
struct HeaderGap {
  std::string header;    // lower case
  std::string location;  // the words after `location`
  std::string backend;
  base::SourceLocation at;      // of the pass directive
  base::SourceLocation set_at;  // where the header is set
  bool is_spoofable = false;    // what a client sends under that name passes

  bool operator==(const HeaderGap&) const = default;
};

/// One proxy_pass, grpc_pass or uwsgi_pass. fastcgi_pass is none: one PHP pool serves many sites,
/// and it is the root that tells them apart.
struct Backend {
  std::string location;   // the words after the innermost `location`
  std::string target;     // as written, without a final `/`: `proxy_pass http://app`
  bool is_gated = false;  // a return, a password, an address list or code comes first, or may

  bool operator==(const Backend&) const = default;
};

/// A way to a backend past no client certificate and nothing else.
struct OpenRoute {
  std::size_t server = 0;  // index into ResolvedConfig::servers
  Backend backend;

  bool operator==(const OpenRoute&) const = default;
};

}  // namespace mtls::config
