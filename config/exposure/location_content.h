// What a location does with a request that its rewrite directives let pass: who may enter (access
// phase) and what is served (content phase). Pure.
#pragma once

#include <optional>
#include <string>

#include "config/exposure/location_tree.h"
#include "config/exposure/variables.h"

namespace mtls::config::exposure {

struct AccessPhase {
  bool is_closed = false;  // nobody enters: 403
  std::string doubt;       // what decides instead of us; "": everybody enters
};

/// allow, deny, satisfy; passwords, subrequests, code and modules not known here are doubts.
AccessPhase access_at(const LocationTree& tree, const Location& at);

struct Content {
  std::string
      source;  // `backend NAME`, `files PATH`, the directive of another handler; "": nothing
  bool is_files = false;
  const syntax::Directive* from = nullptr;  // the directive that says so; nullptr: no root is set
  std::string doubt;                        // what may refuse there; "": it is served
};

/// `at` may be an `if`: it serves what its location does unless it says otherwise
/// (ngx_http_update_location_config keeps the handler).
Content content_at(const LocationTree& tree, const Variables& variables, const Location& at);

/// The host (and port) of a `*_pass`, without scheme and path; nullopt: a variable decides.
std::optional<std::string> backend_of(const syntax::Directive& pass);

/// `proxy_pass` and its kin.
bool is_pass(const syntax::Directive& directive);

/// Code of its own in the server rewrite phase, which may run before any `if`.
bool runs_before_rewrite(const syntax::Directive& http, const syntax::Directive& server);

}  // namespace mtls::config::exposure
