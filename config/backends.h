// Which backends the locations of a http server block pass requests to, and which of them nothing
// but the TLS layer stands before. Read from its directives; knows nothing of sockets. Pure.
#pragma once

#include <string>
#include <vector>

#include "config/ast.h"

namespace mtls::config {

/// One proxy_pass, grpc_pass or uwsgi_pass. fastcgi_pass is none: one PHP pool serves many sites,
/// and it is the root that tells them apart.
struct Backend {
  std::string location;   // the words after the innermost `location`
  std::string target;     // as written, without a final `/`: `proxy_pass http://app`
  bool is_gated = false;  // a return, a password, an address list or code comes first, or may

  bool operator==(const Backend&) const = default;
};

/// Whether something stands before all that is in a block, directives behind it included.
enum class Gate { kNone, kSome };
Gate gate_of(const Directive& block);

/// `around`: of the http block. In configuration order; targets with variables are left out.
std::vector<Backend> backends_of(const Directive& server, Gate around);

/// Does a request for `other` reach the same backend where `open` stands? Equal locations, or a
/// prefix of the other's path.
bool covers(const Backend& open, const Backend& other);

}  // namespace mtls::config
