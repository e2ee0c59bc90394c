// Whether something refuses a request of a client without a verified certificate, at every location
// of an http server block. Pure.
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
  const Variables& variables;  // built from this `http`
  const syntax::Directive& server;
  VerifyClient mode = VerifyClient::kOptional;
  std::string host;  // a host that selects the server; "": any
};

struct GuardAnswer {
  Guard guard = Guard::kComplete;
  std::vector<Opening> openings;  // of kNone, in the order of the locations
  std::string doubt;              // of kUndecidable: the reason
};

/// Judges the guards of one server block. Clients without a verified certificate exist, by mode
/// (R3.30): optional: `NONE`; optional_no_ca: also the five `FAILED:…` that it forgives; on: none.
/// In every mode error_page can let in clients that nginx itself refuses: with a bad certificate
/// (495), with none (496), with a request it cannot read (400, 414, 494; nginx reports these before
/// it asks for the certificate), or with plain HTTP (497).
///
/// Redirects, fixed texts (`return`) and files that error_page names are not openings, since they
/// serve nothing that needs protection. With verify on, no path that error_page names is one. A
/// backend that receives `$ssl_client_*` may refuse by itself, which is a doubt.
GuardAnswer guard_of(const GuardQuestion& question);

/// What everybody gets on a socket without TLS.
std::vector<Opening> openings_in_plaintext(const GuardQuestion& question);

}  // namespace mtls::config::exposure
