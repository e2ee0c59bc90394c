// Which locations tell a backend who the client is, by request headers made from `$ssl_client_*`,
// and which hand requests to the same backend without. Pure.
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

/// Only the host itself gets there: 127.0.0.0/8, [::1], unix sockets.
bool is_local(const Listen& listen);

/// Some header anywhere in `block` is made from `$ssl_client_*`.
bool any_identity(const syntax::Directive& block, const Variables& variables);

class IdentityHeaders {
 public:
  /// `http`: what is set at that level; its servers need not be there.
  IdentityHeaders(const syntax::Directive& http, const Variables& variables);

  /// `index` is any number that stands for the server block.
  void add(std::size_t index, const syntax::Directive& server);
  /// After all have been added. A header that is set to something else, or cleared with "", is
  /// there on purpose. Levels never add up: a location with one proxy_set_header of its own
  /// inherits none.
  std::vector<HeaderGap> gaps(std::size_t index) const;

 private:
  using Headers = std::map<std::string, const syntax::Directive*>;  // by name in lower case

  struct Forward {
    std::string location;
    std::string backend;
    const syntax::Directive* pass = nullptr;
    Headers sent;
    Headers expected;  // identity headers set at a level around, in force here or not
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
  std::map<std::string, Headers> told_;  // backend -> identity headers some location sends it
};

}  // namespace mtls::config::exposure
