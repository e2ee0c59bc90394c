// One walk over the tree in nginx's order: the table's directives of every http, stream and mail
// block, their servers and locations, checked (context, arity, repeats, values) but not yet merged.
// Pure.
#pragma once

#include <deque>
#include <map>
#include <string_view>
#include <vector>

#include "config/blocks/sockets.h"
#include "config/nginx_build.h"
#include "config/setting.h"
#include "config/socket.h"
#include "config/syntax/ast.h"

namespace mtls::config::blocks {

/// What one block sets, by directive name (R2.10: levels never add up). Points into the Document.
using Settings = std::map<std::string_view, std::vector<const syntax::Directive*>>;

struct ServerScope {
  Module module = Module::kHttp;
  const syntax::Directive* server = nullptr;
  const syntax::Directive* outer = nullptr;  // the http, stream or mail block
  Settings settings;
  std::vector<Listen> listens;
};

struct LocationScope {
  const syntax::Directive* location = nullptr;
  const LocationScope* outer = nullptr;  // nullptr: directly in the server
  Settings settings;
};

/// One directive that hands requests to a backend.
struct PassScope {
  const syntax::Directive* pass = nullptr;
  std::size_t server = 0;                   // index into Scopes::servers
  const LocationScope* location = nullptr;  // around it; nullptr in stream
};

struct Scopes {
  std::vector<ServerScope> servers;                     // in configuration order
  std::map<const syntax::Directive*, Settings> outers;  // of the http, stream and mail blocks
  std::deque<LocationScope> locations;                  // pointed to: they stay where they are
  std::vector<PassScope> passes;                        // in configuration order
  std::vector<Socket> sockets;
  std::vector<syntax::Diagnostic> diagnostics;
};

Scopes read_scopes(const syntax::Document& document, const NginxBuild& build);

}  // namespace mtls::config::blocks
