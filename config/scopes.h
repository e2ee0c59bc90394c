// One walk over the tree in nginx's order: the table's directives of every http, stream and mail
// block and of their servers, checked (context, arity, repeats, values) but not yet merged. Pure.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "config/ast.h"
#include "config/nginx_build.h"
#include "config/sockets.h"
#include "config/tls_context.h"

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

struct Scopes {
  std::vector<ServerScope> servers;             // in configuration order
  std::map<const Directive*, Settings> outers;  // of the http, stream and mail blocks
  std::vector<Socket> sockets;
  std::vector<Diagnostic> diagnostics;
};

Scopes read_scopes(const Document& document, const NginxBuild& build);

}  // namespace mtls::config
