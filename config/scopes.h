// One walk over the tree in nginx's order: the table's directives of every http, stream and mail
// block, their servers and locations, checked (context, arity, repeats, values) but not yet merged.
// Pure.
#pragma once

#include <deque>
#include <map>
#include <string_view>
#include <vector>

#include "config/ast.h"
#include "config/nginx_build.h"
#include "config/sockets.h"
#include "config/resolved.h"

namespace mtls::config {

/// What one block sets, by directive name (R2.10: levels never add up). Points into the Document.
using Settings = std::map<std::string_view, std::vector<const Directive*>>;

struct ServerScope {
  Module module = Module::kHttp;
  const Directive* server = nullptr;
  const Directive* outer = nullptr;  // the http, stream or mail block
  Settings settings;
  std::vector<Listen> listens;
};

struct LocationScope {
  const Directive* location = nullptr;
  const LocationScope* outer = nullptr;  // nullptr: directly in the server
  Settings settings;
};

/// One directive that hands requests to a backend.
struct PassScope {
  const Directive* pass = nullptr;
  std::size_t server = 0;                   // index into Scopes::servers
  const LocationScope* location = nullptr;  // around it; nullptr in stream
};

struct Scopes {
  std::vector<ServerScope> servers;             // in configuration order
  std::map<const Directive*, Settings> outers;  // of the http, stream and mail blocks
  std::deque<LocationScope> locations;          // pointed to: they stay where they are
  std::vector<PassScope> passes;                // in configuration order
  std::vector<Socket> sockets;
  std::vector<Diagnostic> diagnostics;
};

Scopes read_scopes(const Document& document, const NginxBuild& build);

}  // namespace mtls::config
