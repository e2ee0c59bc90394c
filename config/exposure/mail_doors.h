// The ways into a mail server block without TLS, and so without a client certificate (R9.15,
// R9.21). Pure.
#pragma once

#include <vector>

#include "config/exposure_facts.h"
#include "config/syntax/ast.h"
#include "config/tls_context.h"

namespace mtls::config::exposure {

struct MailQuestion {
  const syntax::Directive& mail;  // the block around `server`
  const syntax::Directive& server;
  const TlsContext& context;  // of `server`
  std::vector<Listen> plain;  // its listens without TLS
};

/// At most one for each plain listen. Opening::content is the directive that leaves it open:
/// `listen` (no starttls), `starttls` (`on` leaves the choice to the client) or `smtp_auth`
/// (`none` lets mail pass before STARTTLS, with `starttls only` too); Opening::at is its place.
std::vector<Opening> mail_doors(const MailQuestion& question);

}  // namespace mtls::config::exposure
