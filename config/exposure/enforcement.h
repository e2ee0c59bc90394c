// Whether something refuses a request of a client without a verified certificate, at every location
// of an http server block. Pure.
#pragma once

#include <string>
#include <vector>

#include "config/exposure/request_flow.h"
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

/// The texts of $ssl_client_verify (R3.32) for the errors that optional_no_ca forgives (R3.30).
const std::vector<std::string>& forgiven_verdicts();

/// kContent when the server block has no backend or other handler, and no client at all can get
/// more than fixed texts and redirects.
Answers answers_of(const LocationTree& tree, const Variables& variables, const std::string& host);

/// Judges the guards of one server block on its TLS listens. Clients without a verified certificate
/// exist, by mode (R3.30): optional: `NONE`; optional_no_ca: also the five `FAILED:…` that it
/// forgives; on: none. In every mode error_page can let in clients that nginx itself refuses: with
/// a bad certificate (495), with none (496), with plain HTTP (497), or with a request that nginx
/// answers before it asks for the certificate (R9.22).
///
/// Redirects, fixed texts (`return`) and one fixed file at which an error_page ends (R9.23) are not
/// openings, since they serve nothing that needs protection. Of a server block that has nothing
/// else, its `return 2xx` are its content. A backend that receives `$ssl_client_*` may refuse by
/// itself, which is a doubt.
GuardAnswer guard_of(const GuardQuestion& question);

/// What everybody gets on a listen without TLS (R9.21).
GuardAnswer guard_in_plaintext(const GuardQuestion& question);

}  // namespace mtls::config::exposure
