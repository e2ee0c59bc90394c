#include "config/resolve.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "config/blocks/scopes.h"
#include "config/exposure/exposure.h"
#include "config/routing/reach_index.h"
#include "config/tls/location_check.h"
#include "config/tls/merge.h"
#include "config/tls/merge_check.h"
#include "config/tls/upstream.h"
#include "config/tls/variable_check.h"

namespace mtls::config {
namespace {

// `ssl on` before 1.25.1: http asks the default server of the address (ngx_http_init_connection()),
// mail each server.
bool is_switched_on(const blocks::Scopes& scopes, std::size_t server) {
  const blocks::ServerScope& scope = scopes.servers[server];
  return tls::ssl_on(scope, scopes.outers.at(scope.outer)) != nullptr;
}

bool speaks_tls(const ResolvedConfig& config, const TlsContext& server) {
  if (server.starttls.value != Starttls::kOff) return true;
  return std::any_of(server.listens.begin(), server.listens.end(), [&](const Listen& listen) {
    const Socket* socket = config.socket(server.id.module, listen.canonical(), listen.transport);
    return socket != nullptr && socket->ssl;
  });
}

// Servers of stream that share a socket (1.25.5 and later) are told apart by their names (R9.2).
void name_by_sni(ResolvedConfig& config) {
  for (const Socket& socket : config.sockets) {
    if (socket.module != Module::kStream || socket.servers.size() < 2) continue;
    for (const std::size_t index : socket.servers) {
      TlsContext& server = config.servers[index];
      const auto name = std::ranges::find_if(server.server_names,
                                             [](const std::string& one) { return !one.empty(); });
      if (name == server.server_names.end()) continue;
      server.id.server = name->starts_with('.') ? name->substr(1) : *name;
    }
  }
}

void append(std::vector<syntax::Diagnostic>& all, std::vector<syntax::Diagnostic> more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

// nginx merges a block when it ends. So drop the complaints of merges that nginx does not reach,
// because a complaint about the text comes before or inside the block.
void keep_what_is_reached(const syntax::Document& document, ResolvedConfig& config) {
  std::optional<syntax::Moment> stop;
  for (const auto* diagnostics : {&document.diagnostics, &std::as_const(config).diagnostics}) {
    for (const syntax::Diagnostic& diagnostic : *diagnostics) {
      const bool is_text = diagnostic.when.module == 0;
      if (is_text && (!stop || diagnostic.when < *stop)) stop = diagnostic.when;
    }
  }
  if (!stop) return;
  std::erase_if(config.diagnostics, [&](const syntax::Diagnostic& diagnostic) {
    return diagnostic.when.module != 0 && *stop < diagnostic.when;
  });
}

}  // namespace

ResolvedConfig resolve(const syntax::Document& document, const std::string& main_path,
                       const NginxBuild& build) {
  blocks::Scopes scopes = blocks::read_scopes(document, build);
  ResolvedConfig config;
  config.diagnostics = std::move(scopes.diagnostics);
  config.sockets = std::move(scopes.sockets);

  const tls::RuntimePaths paths(document, main_path, build);
  config.servers.reserve(scopes.servers.size());
  std::map<const syntax::Directive*, std::shared_ptr<const NamedSettings::Rows>> inherited;
  for (const blocks::ServerScope& scope : scopes.servers) {
    auto& around = inherited[scope.outer];
    if (!around) {
      around = tls::inherited_settings(scope.module, scopes.outers.at(scope.outer), paths,
                                       build.version);
    }
    const tls::MergeInput input{.scope = scope,
                                .outer = scopes.outers.at(scope.outer),
                                .main_path = main_path,
                                .build = build,
                                .paths = paths,
                                .inherited = around};
    const std::size_t index = config.servers.size();
    config.servers.push_back(tls::merge(input));
    append(config.diagnostics, tls::check_server(config.servers[index], input, index, document));
  }
  append(config.diagnostics, tls::check_locations(config, document));
  append(config.diagnostics, tls::check_sockets(config, document, build));
  append(config.diagnostics, tls::check_variables(document, config, build));

  name_by_sni(config);
  config.upstreams = tls::merge_upstreams(
      {.scopes = scopes, .servers = config.servers, .paths = paths, .build = build});

  for (Socket& socket : config.sockets) {
    socket.ssl = socket.ssl || is_switched_on(scopes, socket.default_server);
  }
  for (TlsContext& server : config.servers) server.on_tls_socket = speaks_tls(config, server);
  append(config.diagnostics, routing::index_reach(config, scopes, build));
  keep_what_is_reached(document, config);
  exposure::describe_exposure(scopes, config);
  return config;
}

}  // namespace mtls::config
