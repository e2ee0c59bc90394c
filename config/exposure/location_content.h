// What a location does with a request that its rewrite directives let through: who may enter
// (access phase) and what it serves (content phase). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/exposure/location_tree.h"
#include "config/exposure/variables.h"

namespace mtls::config::exposure {

/// Of Tengine: requests to the location are served whatever the certificate check says (R9.9).
inline constexpr std::string_view kVerifyException = "ssl_verify_client_exception";

struct AccessPhase {
  bool is_closed = false;                 // nobody may enter: 403
  std::string doubt;                      // what we cannot decide; "": everybody may enter
  const syntax::Directive* by = nullptr;  // of is_closed: the `deny`
};

/// Judges allow, deny and satisfy. Passwords, subrequests, code and unknown modules are doubts.
AccessPhase access_at(const LocationTree& tree, const Location& at);

struct Content {
  // `backend NAME`, `files PATH`, or the directive of another handler; "": nothing.
  std::string source;
  bool is_files = false;
  // The directive that decides the source; nullptr: no root is set.
  const syntax::Directive* from = nullptr;
  std::string doubt;  // what may refuse the request there; "": nothing does
};

/// `at` may be an `if`: it serves what its location does, unless it has a handler of its own
/// (ngx_http_update_location_config() keeps the handler).
Content content_at(const LocationTree& tree, const Variables& variables, const Location& at);

/// Whether the URL of a pass names no host, so that nginx answers 500: `http://`, or nothing.
bool names_nothing(std::string_view url);

/// The host (and port) of a `*_pass`, without scheme and path. nullopt: a variable decides.
std::optional<std::string> backend_of(const syntax::Directive& pass);

/// Whether this is `proxy_pass` or one of its kin.
bool is_pass(const syntax::Directive& directive);

/// Whether some location passes requests on or has another content handler.
bool has_handler(const LocationTree& tree);

/// Whether the site has code in the server rewrite phase, which may run before any `if`.
bool runs_before_rewrite(const syntax::Directive& http, const syntax::Directive& server);

}  // namespace mtls::config::exposure
