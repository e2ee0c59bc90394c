// Does anything refuse a request whose client has no verified certificate, at every location of a
// http server block? Pure.
#pragma once

#include <string>
#include <vector>

#include "config/exposure/variables.h"
#include "config/exposure_facts.h"
#include "config/syntax/ast.h"
#include "config/tls_context.h"

namespace mtls::config::exposure {

struct GuardQuestion {
  const syntax::Directive& http;
  const Variables& variables;  // of `http`
  const syntax::Directive& server;
  VerifyClient mode = VerifyClient::kOptional;
  std::string host;  // that selects the server; "": any
};

struct GuardAnswer {
  Guard guard = Guard::kComplete;
  std::vector<Opening> openings;  // of kNone, in the order of the locations
  std::string doubt;              // of kUndecidable
};

/// Clients without SUCCESS are, by mode (R3.30): optional: `NONE`; optional_no_ca: also the five
/// `FAILED:…` it forgives; on: nobody. Whatever the mode, error_page can let in those whom nginx
/// refuses itself: a bad certificate (495), none (496), a request it cannot read (400, 414, 494),
/// which comes before the certificate is asked for, and plain HTTP (497).
///
/// Redirects and fixed texts (`return`) and files that error_page names serve nothing that needs
/// protection, so they open nothing; nor, with verify on, does any path that error_page names. A
/// backend that is told `$ssl_client_*` may refuse by itself: a doubt.
GuardAnswer guard_of(const GuardQuestion& question);

/// What anybody gets on a socket without TLS.
std::vector<Opening> openings_in_plaintext(const GuardQuestion& question);

}  // namespace mtls::config::exposure
