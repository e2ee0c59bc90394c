// nginx as a client of its backends: the effective TLS settings behind each proxy_pass, grpc_pass
// and uwsgi_pass, and which of them share their sessions (R2.D, R2.61 to R2.64, R3.48). Pure.
#pragma once

#include <string_view>
#include <vector>

#include "config/blocks/scopes.h"
#include "config/nginx_build.h"
#include "config/tls/runtime_path.h"
#include "config/tls_context.h"
#include "config/upstream_context.h"

namespace mtls::config::tls {

struct UpstreamInput {
  const blocks::Scopes& scopes;
  const std::vector<TlsContext>& servers;  // merged, in the order of scopes.servers
  const RuntimePaths& paths;
  const NginxBuild& build;
};

/// In configuration order, only those for which nginx builds a TLS context.
std::vector<UpstreamTlsContext> merge_upstreams(const UpstreamInput& input);

}  // namespace mtls::config::tls
