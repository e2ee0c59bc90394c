// One `listen` directive as nginx reads it (ngx_http_core_listen, ngx_parse_url), for http, stream
// and mail. Names are not resolved. Grouping listens into sockets is config/blocks/sockets.h. Pure.
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
  std::vector<Listen> listens;       // more than one for a port range
  bool sets_socket_options = false;  // bind, backlog=, reuseport, …: once per address
};

/// kSyntax with nginx's complaint, at the directive's end.
base::Result<ParsedListen> parse_listen(const syntax::Directive& directive, Module module,
                                        const NginxBuild& build);

/// What a http server without a `listen` gets from a master that runs as root (R2.3).
Listen default_listen(base::SourceLocation at);

}  // namespace mtls::config::blocks
