// Which locations tell a backend who the client is, in request headers made from `$ssl_client_*`,
// and which pass requests to the same backend without these headers. Pure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/exposure/location_tree.h"
#include "config/exposure/variables.h"
#include "config/exposure_facts.h"
#include "config/socket.h"
#include "config/syntax/ast.h"

namespace mtls::config::exposure {

/// Whether only the host itself can connect: 127.0.0.0/8, [::1], unix sockets.
bool is_local(const Listen& listen);

/// Whether a header anywhere in `block` is made from `$ssl_client_*`.
bool any_identity(const syntax::Directive& block, const Variables& variables);

class IdentityHeaders {
 public:
  /// `http` is the http block, with or without its servers.
  IdentityHeaders(const syntax::Directive& http, const Variables& variables);

  /// Adds a server block. The caller chooses `index`, a number of its own for each server.
  void add(std::size_t index, const syntax::Directive& server);
  /// The gaps of one server. REQUIRES: all servers were added. A header that is set to something
  /// else, or cleared with "", is no gap: somebody meant it so. Levels never add up: a location
  /// with one proxy_set_header of its own inherits none.
  std::vector<HeaderGap> gaps(std::size_t index) const;

 private:
  // Keys are header names in lower case.
  using Headers = std::map<std::string, const syntax::Directive*>;

  struct Forward {
    std::string location;
    std::string backend;
    const syntax::Directive* pass = nullptr;
    Headers sent;
    Headers expected;  // identity headers set at this level or around it, in force here or not
    bool passes_what_clients_send = true;
  };

  void add_level(const LocationTree& tree, const Location& level, std::vector<Forward>& forwards);
  Headers identity_around(const LocationTree& tree, const Location& level,
                          const std::string& directive) const;
  void take_identity(const syntax::Directive& block, const std::string& directive,
                     Headers& into) const;

  const syntax::Directive& http_;
  const Variables& variables_;
  std::map<std::size_t, std::vector<Forward>> forwards_;
  // Backend -> the identity headers that some location sends it.
  std::map<std::string, Headers> identity_by_backend_;
};

}  // namespace mtls::config::exposure
