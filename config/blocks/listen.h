// Reads one `listen` directive of http, stream or mail as nginx does (ngx_http_core_listen(),
// ngx_parse_url()). Host names are not resolved. config/blocks/sockets.h groups listens into
// sockets. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/nginx_build.h"
#include "config/setting.h"
#include "config/socket.h"
#include "config/syntax/ast.h"

namespace mtls::config::blocks {

struct ParsedListen {
  std::vector<Listen> listens;       // several for a range of ports
  bool sets_socket_options = false;  // bind, backlog=, reuseport, …: allowed once per address
};

/// kSyntax with nginx's complaint, located at the directive's end. REQUIRES: at least one argument.
base::Result<ParsedListen> parse_listen(const syntax::Directive& directive, Module module,
                                        const NginxBuild& build);

/// The listen of an http server without a `listen`, when the master runs as root (R2.3).
Listen default_listen(base::SourceLocation at);

}  // namespace mtls::config::blocks
