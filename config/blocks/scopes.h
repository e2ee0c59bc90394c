// One pass over the tree in nginx's order. It collects the TLS directives of every http, stream and
// mail block, their servers and locations, and checks them (context, arity, repetition, values),
// but merges nothing yet. Pure.
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

/// What one block sets, by directive name. Levels are never added up (R2.10). Points into the
/// Document.
using Settings = std::map<std::string_view, std::vector<const syntax::Directive*>>;

struct ServerScope {
  Module module = Module::kHttp;
  const syntax::Directive* server = nullptr;
  const syntax::Directive* outer = nullptr;  // the http, stream or mail block around it
  Settings settings;
  std::vector<Listen> listens;
};

struct LocationScope {
  const syntax::Directive* location = nullptr;
  const LocationScope* outer = nullptr;  // the location around it; nullptr: directly in the server
  Settings settings;
};

/// A directive that passes requests to a backend.
struct PassScope {
  const syntax::Directive* pass = nullptr;
  std::size_t server = 0;                   // index into Scopes::servers
  const LocationScope* location = nullptr;  // the innermost location around it; nullptr in stream
};

/// Points into the Document, which must outlive it.
struct Scopes {
  std::vector<ServerScope> servers;  // in configuration order
  // What each http, stream and mail block sets.
  std::map<const syntax::Directive*, Settings> outers;
  // A deque, since others point to its elements.
  std::deque<LocationScope> locations;
  std::vector<PassScope> passes;  // in configuration order
  std::vector<Socket> sockets;
  std::vector<syntax::Diagnostic> diagnostics;
};

/// Never fails: what nginx would refuse is in Scopes::diagnostics, in its words.
Scopes read_scopes(const syntax::Document& document, const NginxBuild& build);

}  // namespace mtls::config::blocks
