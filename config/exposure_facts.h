// What a server block lets past its client certificate check: openings, plaintext twins,
// forgeable identity headers, and open routes to backends. Plain values; config/exposure and
// config/routing fill them. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/source.h"

namespace mtls::config {

/// What a server block does with a client that has no verified certificate
/// (config/exposure/enforcement.h, stream_guard.h, mail_doors.h).
enum class Guard {
  kNone,         // some location serves such a client (TlsContext::openings)
  kComplete,     // no location serves more than redirects and fixed texts
  kUndecidable,  // not known; TlsContext::guard_doubt says why
};

/// A location that serves a client without a verified certificate.
struct Opening {
  std::string location;     // the words after `location`; "": the server block outside of locations
  std::string path;         // the path of a request that gets there
  std::string content;      // `backend NAME`, `files PATH`, or the directive of another handler; of
                            // mail the directive that leaves it open (config/exposure/mail_doors.h)
  base::SourceLocation at;  // of the word `location`
  std::string method = {};  // one that gets there; "": any
  int status = 0;  // nginx refuses the request with this, and error_page leads it there; 0: it does
                   // not refuse
  std::string listen = {};  // canonical, of a listen without TLS; "": the TLS ones
  base::SourceLocation listen_at = {};
  // Of the directive of another product that lets the location serve whom nginx would refuse
  // (Tengine's ssl_verify_client_exception, R9.9).
  std::optional<base::SourceLocation> waived_at = {};

  bool operator==(const Opening&) const = default;
};

/// Code of the site that runs inside the handshake and may replace the CAs, the depth, or the
/// demand for a certificate (R9.9: Lua's ssl.verify_client()).
struct HandshakeHook {
  std::string directive;
  base::SourceLocation at;

  bool operator==(const HandshakeHook&) const = default;
};

/// What a server block serves on a socket without TLS, under a name that also leads to a server
/// block that asks for certificates.
struct PlaintextTwin {
  std::size_t server = 0;  // index into ResolvedConfig::servers
  std::string listen;      // canonical
  Opening opening;

  bool operator==(const PlaintextTwin&) const = default;
};

/// A location passes requests to a backend without a header that other locations set for this
/// backend from `$ssl_client_*`.
struct HeaderGap {
  std::string header;    // lower case
  std::string location;  // the words after `location`
  std::string backend;
  base::SourceLocation at;      // of the pass directive
  base::SourceLocation set_at;  // where the header is set
  bool is_spoofable = false;    // a client can send the header itself, and it reaches the backend

  bool operator==(const HeaderGap&) const = default;
};

/// One proxy_pass, grpc_pass or uwsgi_pass. fastcgi_pass does not count: one PHP pool serves many
/// sites, and the root tells them apart.
struct Backend {
  std::string location;     // the words after the innermost `location`
  std::string target;       // as written, without a final `/`: `proxy_pass http://app`
  bool is_guarded = false;  // a return, a password, an address list or code comes first, or may

  bool operator==(const Backend&) const = default;
};

/// A route to a backend on which neither a client certificate nor anything else is required.
struct OpenRoute {
  std::size_t server = 0;  // index into ResolvedConfig::servers
  Backend backend;

  bool operator==(const OpenRoute&) const = default;
};

}  // namespace mtls::config
