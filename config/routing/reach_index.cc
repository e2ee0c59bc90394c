#include "config/routing/reach_index.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "config/routing/backends.h"
#include "config/routing/reach.h"
#include "config/tls/merge_check.h"

namespace mtls::config::routing {
namespace {

// ngx_http_core_merge_srv_conf(): a server without names gets the name "".
const std::vector<std::string>& names_of(const TlsContext& server) {
  static const std::vector<std::string> kNameless{""};
  return server.server_names.empty() ? kNameless : server.server_names;
}

// ngx_http_core_server_name() keeps `captures` of the last pattern only.
bool captures(const TlsContext& server) {
  const auto& names = server.server_names;
  const auto last = std::find_if(names.rbegin(), names.rend(),
                                 [](const auto& name) { return name.starts_with('~'); });
  if (last == names.rend()) return false;
  const auto pattern = compile_server_name(*last);
  return pattern && pattern->captures() > 0;
}

bool is_reachable(const SocketRole& role) { return role.has_name || role.is_default; }

// How well a socket stands for a server block: best is one on which the SNI of a connection, or its
// lack, selects the block; one on which only a request without Host finds it comes second (R9.20).
int rank_of(const SocketRole& role, std::size_t server) {
  if (!is_reachable(role)) return 0;
  return role.selected == server ? 2 : 1;
}

class Indexer {
 public:
  Indexer(ResolvedConfig& config, const blocks::Scopes& scopes, const NginxBuild& build)
      : config_(config), scopes_(scopes), build_(build) {}

  std::vector<syntax::Diagnostic> run() &&;

 private:
  bool has_names(const Socket& socket) const;
  void add_socket(std::size_t index);
  SocketRole add_names(SocketRole role, std::size_t server, NameTable& table);
  void refuse(std::size_t socket, std::size_t server, const std::string& name);
  const SocketRole* role_on(std::size_t server, const Listen& listen) const;
  bool speaks_tls(std::size_t server, const SocketRole& role) const;
  std::optional<std::size_t> tls_owner(std::size_t server) const;
  bool is_shadowed(std::size_t server) const;
  std::size_t first_of_labels(std::size_t server);
  void find_label_owners();
  void add_backends(std::size_t server);

  ResolvedConfig& config_;
  const blocks::Scopes& scopes_;
  NginxBuild build_;
  std::vector<syntax::Diagnostic> diagnostics_;
  // The first server with the given labels of its series: server, listen, and whether it is on a
  // TLS socket.
  std::map<std::tuple<std::string, std::string, bool>, std::size_t> label_owners_;
  const syntax::Directive* outer_ = nullptr;  // the http block to which http_guard_ belongs
  GuardPresence http_guard_ = GuardPresence::kNone;
};

std::vector<syntax::Diagnostic> Indexer::run() && {
  config_.reaches.resize(config_.servers.size());
  for (std::size_t i = 0; i < config_.sockets.size(); ++i) add_socket(i);
  std::stable_sort(config_.lost_names.begin(), config_.lost_names.end(),
                   [](const auto& a, const auto& b) { return a.server < b.server; });
  for (std::size_t i = 0; i < config_.servers.size(); ++i) {
    config_.reaches[i].tls_owner = tls_owner(i);
    config_.servers[i].is_shadowed = is_shadowed(i);
    add_backends(i);
  }
  find_label_owners();
  return std::move(diagnostics_);
}

// ngx_http_optimize_servers(): nginx looks up no name on an address with a single server, unless
// the pattern in its name captures something. Mail has no names, and stream none before 1.25.5
// (R3.46).
bool Indexer::has_names(const Socket& socket) const {
  if (socket.module == Module::kMail) return false;
  if (socket.module == Module::kStream && build_.version < Version{1, 25, 5}) return false;
  return socket.servers.size() > 1 || captures(config_.servers[socket.default_server]);
}

void Indexer::add_socket(std::size_t index) {
  const Socket& socket = config_.sockets[index];
  NameTable& table = config_.names.emplace_back();
  const bool is_named = has_names(socket);
  for (const std::size_t server : socket.servers) {
    SocketRole role{.socket = index, .is_default = server == socket.default_server};
    role.selected = role.is_default ? server : socket.default_server;
    if (is_named) role = add_names(role, server, table);
    config_.reaches[server].roles.push_back(role);
  }
}

// Adds the names of one server on one socket. When they all lead elsewhere, the first of them that
// a SNI can carry decides `selected`.
SocketRole Indexer::add_names(SocketRole role, std::size_t server, NameTable& table) {
  const bool is_http = config_.sockets[role.socket].module == Module::kHttp;
  bool has_sni_name = false;
  std::optional<std::size_t> winner;
  for (const std::string& name : names_of(config_.servers[server])) {
    const NameTable::Adding adding = table.add(name, server);
    switch (adding.added) {
      case NameTable::Added::kYes:
        // The name "" is found by a request without Host, which stream does not have.
        role.has_name = role.has_name || !name.empty() || is_http;
        has_sni_name = has_sni_name || !name.empty();
        break;
      case NameTable::Added::kInvalid: refuse(role.socket, server, name); break;
      case NameTable::Added::kTaken:
        if (adding.by == server) break;
        if (!winner && !name.empty()) winner = adding.by;
        config_.lost_names.push_back(
            {.server = server, .socket = role.socket, .name = name, .winner = adding.by});
        break;
    }
  }
  if (has_sni_name) role.selected = server;
  if (!has_sni_name && !role.is_default && winner) role.selected = *winner;
  return role;
}

// The directive of the block that has the name.
std::optional<base::SourceLocation> naming(const syntax::Directive& block,
                                           const std::string& name) {
  for (const syntax::Directive& directive : *block.block) {
    const bool has_name = std::ranges::any_of(
        directive.args, [&](const syntax::Argument& word) { return word.text == name; });
    if (directive.name == "server_name" && has_name) return directive.at;
  }
  return std::nullopt;
}

// An invalid pattern is refused when it is read, so it is skipped here.
void Indexer::refuse(std::size_t socket, std::size_t server, const std::string& name) {
  if (name.starts_with('~')) return;
  const auto behind_all = static_cast<std::uint32_t>(tls::MergeModule::kPostconfiguration) + 1;
  diagnostics_.push_back({.code = base::ErrorCode::kSyntax,
                          .message = "invalid server name or wildcard \"" + name + "\" on " +
                                     config_.sockets[socket].canonical,
                          .at = std::nullopt,
                          .when = {.order = scopes_.servers[server].outer->last,
                                   .module = behind_all,
                                   .server = config_.sockets[socket].names_rank + 1},
                          .edit_at = naming(*scopes_.servers[server].server, name)});
}

const SocketRole* Indexer::role_on(std::size_t server, const Listen& listen) const {
  const Module module = config_.servers[server].id.module;
  const Socket* socket = config_.socket(module, listen.canonical(), listen.transport);
  const auto& roles = config_.reaches[server].roles;
  const auto found = std::find_if(roles.begin(), roles.end(), [&](const SocketRole& one) {
    return &config_.sockets[one.socket] == socket;
  });
  return found == roles.end() ? nullptr : &*found;
}

bool Indexer::speaks_tls(std::size_t server, const SocketRole& role) const {
  return config_.sockets[role.socket].ssl ||
         config_.servers[server].starttls.value != Starttls::kOff;
}

// Of the TLS addresses the first on which a connection finds the server best counts.
std::optional<std::size_t> Indexer::tls_owner(std::size_t server) const {
  const SocketRole* owning = nullptr;
  for (const Listen& listen : config_.servers[server].listens) {
    const SocketRole* where = role_on(server, listen);
    if (where == nullptr || !speaks_tls(server, *where)) continue;
    if (owning == nullptr || rank_of(*owning, server) < rank_of(*where, server)) owning = where;
  }
  if (owning == nullptr) return std::nullopt;
  return context_of(config_, owning->socket, owning->selected);
}

bool Indexer::is_shadowed(std::size_t server) const {
  const auto& roles = config_.reaches[server].roles;
  return config_.servers[server].on_tls_socket &&
         std::ranges::none_of(roles, [&](const SocketRole& role) {
           return speaks_tls(server, role) && is_reachable(role);
         });
}

// The first server with the same labels.
std::size_t Indexer::first_of_labels(std::size_t server) {
  const TlsContext& context = config_.servers[server];
  const auto labels = std::tuple(context.id.server, context.id.listen, context.on_tls_socket);
  return label_owners_.try_emplace(labels, server).first->second;
}

// Where nothing leads to the server at all, the server that took its names owns the labels, or the
// default server.
void Indexer::find_label_owners() {
  const auto is_dead = [&](std::size_t server) {
    const auto& roles = config_.reaches[server].roles;
    return !roles.empty() && std::ranges::none_of(roles, is_reachable);
  };
  for (std::size_t i = 0; i < config_.servers.size(); ++i) {
    if (!is_dead(i)) config_.reaches[i].label_owner = first_of_labels(i);
  }
  for (std::size_t i = 0; i < config_.servers.size(); ++i) {
    if (!is_dead(i)) continue;
    const auto lost = config_.lost_names_of(i);
    const std::size_t socket = config_.reaches[i].roles.front().socket;
    const std::size_t answers =
        lost.empty() ? config_.sockets[socket].default_server : lost.front().winner;
    config_.reaches[i].label_owner = config_.reaches[answers].label_owner;
  }
}

void Indexer::add_backends(std::size_t server) {
  const blocks::ServerScope& scope = scopes_.servers[server];
  auto& backends = config_.backends.emplace_back();
  if (scope.module != Module::kHttp) return;
  if (std::exchange(outer_, scope.outer) != scope.outer) http_guard_ = guard_presence(*scope.outer);
  backends = backends_of(*scope.server, http_guard_);
  const TlsContext& context = config_.servers[server];
  if (context.verify_client.value != VerifyClient::kOff || context.reject_handshake.value) return;
  for (const SocketRole& role : config_.reaches[server].roles) {
    if (!config_.sockets[role.socket].ssl || !is_reachable(role)) continue;
    for (const Backend& backend : backends) {
      if (backend.is_guarded) continue;
      config_.open_routes[{role.socket, backend.target}].push_back(
          {.server = server, .backend = backend});
    }
  }
}

}  // namespace

std::vector<syntax::Diagnostic> index_reach(ResolvedConfig& config, const blocks::Scopes& scopes,
                                            const NginxBuild& build) {
  return Indexer(config, scopes, build).run();
}

}  // namespace mtls::config::routing
