#include "config/resolve.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "config/exposure.h"
#include "config/merge.h"
#include "config/merge_check.h"
#include "config/reach_index.h"
#include "config/scopes.h"
#include "config/upstream.h"
#include "config/variable_check.h"

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
    const Socket* socket = config.socket(server.id.module, listen.canonical(), listen.transport);
    return socket != nullptr && socket->ssl;
  });
}

void append(std::vector<Diagnostic>& all, std::vector<Diagnostic> more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

// A block is merged when it ends: not behind a complaint about the text, nor inside it.
void keep_what_is_reached(const Document& document, ResolvedConfig& config) {
  std::optional<Moment> stop;
  for (const auto* diagnostics : {&document.diagnostics, &std::as_const(config).diagnostics}) {
    for (const Diagnostic& diagnostic : *diagnostics) {
      const bool is_text = diagnostic.when.module == 0;
      if (is_text && (!stop || diagnostic.when < *stop)) stop = diagnostic.when;
    }
  }
  if (!stop) return;
  std::erase_if(config.diagnostics, [&](const Diagnostic& diagnostic) {
    return diagnostic.when.module != 0 && *stop < diagnostic.when;
  });
}

}  // namespace

ResolvedConfig resolve(const Document& document, const std::string& main_path,
                       const NginxBuild& build) {
  Scopes scopes = read_scopes(document, build);
  ResolvedConfig config;
  config.diagnostics = std::move(scopes.diagnostics);
  config.sockets = std::move(scopes.sockets);

  const RuntimePaths paths(document, main_path, build);
  for (const ServerScope& scope : scopes.servers) {
    const MergeInput input{.scope = scope,
                           .outer = scopes.outers.at(scope.outer),
                           .main_path = main_path,
                           .build = build,
                           .paths = paths};
    const std::size_t index = config.servers.size();
    config.servers.push_back(merge(input));
    append(config.diagnostics, check_server(config.servers[index], input, index, document));
  }
  append(config.diagnostics, check_sockets(config, document, build));
  append(config.diagnostics, check_variables(document, config, build));

  config.upstreams = merge_upstreams(
      {.scopes = scopes, .servers = config.servers, .paths = paths, .build = build});

  for (Socket& socket : config.sockets) {
    socket.ssl = socket.ssl || is_switched_on(scopes, socket.default_server);
  }
  for (TlsContext& server : config.servers) server.on_tls_socket = speaks_tls(config, server);
  append(config.diagnostics, index_reach(config, scopes, build));
  keep_what_is_reached(document, config);
  describe_exposure(scopes, config);
  return config;
}

}  // namespace mtls::config
