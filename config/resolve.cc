#include "config/resolve.h"

#include <algorithm>
#include <utility>

#include "config/merge.h"
#include "config/merge_check.h"
#include "config/scopes.h"

namespace mtls::config {
namespace {

// `ssl on`: http asks the default server of the address (ngx_http_init_connection, before 1.25.1),
// mail each server.
bool is_switched_on(const Scopes& scopes, std::size_t server) {
  const ServerScope& scope = scopes.servers[server];
  return ssl_on(scope, scopes.outers.at(scope.outer)) != nullptr;
}

bool speaks_tls(const ResolvedConfig& config, const TlsContext& server) {
  return std::any_of(server.listens.begin(), server.listens.end(), [&](const Listen& listen) {
    const Socket* socket = config.socket(server.id.module, listen.canonical());
    return listen.quic || (socket != nullptr && socket->ssl);
  });
}

void append(std::vector<Diagnostic>& all, std::vector<Diagnostic> more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

}  // namespace

ResolvedConfig resolve(const Document& document, const std::string& main_path,
                       const NginxBuild& build) {
  Scopes scopes = read_scopes(document, build);
  ResolvedConfig config;
  config.diagnostics = std::move(scopes.diagnostics);
  config.sockets = std::move(scopes.sockets);
  // nginx stops at its first complaint: with one of those it never merges.
  const bool merges = document.diagnostics.empty() && config.diagnostics.empty();

  std::uint32_t end_of_http = 0;
  for (const ServerScope& scope : scopes.servers) {
    if (scope.module == Module::kHttp) end_of_http = scope.outer->last;
    const MergeInput input{.scope = scope,
                           .outer = scopes.outers.at(scope.outer),
                           .main_path = main_path,
                           .build = build};
    const std::size_t index = config.servers.size();
    config.servers.push_back(merge(input));
    if (merges) {
      append(config.diagnostics, check_server(config.servers[index], input, index, document));
    }
  }
  if (merges) append(config.diagnostics, check_sockets(config, document, end_of_http));

  for (Socket& socket : config.sockets) {
    socket.ssl = socket.ssl || is_switched_on(scopes, socket.default_server);
  }
  std::sort(config.sockets.begin(), config.sockets.end(), [](const Socket& a, const Socket& b) {
    return std::pair(a.module, a.canonical) < std::pair(b.module, b.canonical);
  });
  for (TlsContext& server : config.servers) server.on_tls_socket = speaks_tls(config, server);
  return config;
}

}  // namespace mtls::config
