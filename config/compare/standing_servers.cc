#include "config/compare/standing_servers.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "config/exposure/variables.h"
#include "config/routing/reach.h"

namespace mtls::config::compare {
namespace {

using syntax::Directive;

bool same_text(const std::vector<Directive>& a, const std::vector<Directive>& b);

// All but `order` and `last`, which count the directives of the files before.
bool same_text(const Directive& a, const Directive& b) {
  if (a.name != b.name || a.at != b.at || a.end != b.end || a.close != b.close ||
      a.word != b.word || a.range != b.range || a.args != b.args)
    return false;
  if (a.block.has_value() != b.block.has_value()) return false;
  return !a.block || same_text(*a.block, *b.block);
}

bool same_text(const std::vector<Directive>& a, const std::vector<Directive>& b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(),
      [](const Directive& one, const Directive& other) { return same_text(one, other); });
}

bool is_server(const Directive& directive) {
  return directive.name == "server" && directive.block.has_value();
}

bool holds_servers(const Directive& directive) {
  const auto& name = directive.name;
  return directive.block && (name == "http" || name == "stream" || name == "mail");
}

// One after the other, each server block at the place of another.
bool same_beside_servers(const std::vector<Directive>& a, const std::vector<Directive>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Directive& one, const Directive& other) {
                      return is_server(one) && is_server(other) ? true : same_text(one, other);
                    });
}

// Where an outer block ends, no judgement asks.
bool same_around_servers(const std::vector<Directive>& a, const std::vector<Directive>& b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [](const Directive& one, const Directive& other) {
        if (!holds_servers(one) || !holds_servers(other)) return same_text(one, other);
        return one.name == other.name && one.at == other.at && one.end == other.end &&
               one.args == other.args && same_beside_servers(*one.block, *other.block);
      });
}

template <class Span>
bool same_range(const Span& a, const Span& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

// Of each server block that a judgement of `server` may look at beside itself and its open sibling.
bool all_neighbours(const ResolvedConfig& config, std::size_t server,
                    const std::vector<bool>& holds) {
  const ServerReach& reach = config.reaches[server];
  if (!holds[reach.label_owner] || (reach.tls_owner && !holds[*reach.tls_owner])) return false;
  for (const SocketRole& role : reach.roles) {
    const Socket& socket = config.sockets[role.socket];
    if (!holds[socket.default_server] || !holds[role.selected]) return false;
    if (!role.is_default) continue;  // R3.45 looks at all blocks behind a default server
    if (!std::ranges::all_of(socket.servers, [&](auto one) { return holds[one]; })) return false;
  }
  const auto lost = config.lost_names_of(server);
  const auto& twins = config.servers[server].plaintext_twins;
  return std::ranges::all_of(lost, [&](const LostName& one) { return holds[one.winner]; }) &&
         std::ranges::all_of(twins, [&](const PlaintextTwin& one) { return holds[one.server]; });
}

class Comparison {
 public:
  Comparison(const ResolvedText& before, const ResolvedText& now)
      : before_(before),
        now_(now),
        same_routes_(before.resolved.open_routes == now.resolved.open_routes),
        same_upstreams_(before.resolved.upstreams == now.resolved.upstreams &&
                        before.resolved.reaches == now.resolved.reaches) {}

  StandingServers result() const {
    StandingServers found;
    if (!is_same_around()) return found;
    const std::size_t count = now_.resolved.servers.size();
    found.equal.reserve(count);
    for (std::size_t i = 0; i < count; ++i) found.equal.push_back(is_equal(i));
    if (!binds_same_variables(found.equal)) {
      found.standing.assign(count, false);
      return found;
    }
    found.standing.reserve(count);
    for (std::size_t i = 0; i < count; ++i) found.standing.push_back(stands(i, found.equal));
    return found;
  }

 private:
  bool is_same_around() const {
    const auto& [old_text, old] = before_;
    const auto& [new_text, resolved] = now_;
    return old.servers.size() == resolved.servers.size() && old.sockets == resolved.sockets &&
           old_text.files == new_text.files && old_text.diagnostics == new_text.diagnostics &&
           same_text(old_text.globals, new_text.globals) &&
           same_around_servers(old_text.main, new_text.main);
  }

  bool is_equal(std::size_t i) const {
    const ResolvedConfig& a = before_.resolved;
    const ResolvedConfig& b = now_.resolved;
    return a.reaches[i] == b.reaches[i] && a.backends[i] == b.backends[i] &&
           a.servers[i] == b.servers[i] && same_range(a.lost_names_of(i), b.lost_names_of(i)) &&
           has_same_upstreams(i) && same_text(*a.servers[i].directive, *b.servers[i].directive);
  }

  // Whom an upstream shares sessions with may be anywhere.
  bool has_same_upstreams(std::size_t i) const {
    if (same_upstreams_) return true;
    const auto own = now_.resolved.upstreams_of(i);
    return same_range(before_.resolved.upstreams_of(i), own) &&
           std::ranges::none_of(own, [](const UpstreamTlsContext& upstream) {
             return upstream.shares_sessions_with.has_value();
           });
  }

  // Variables belong to the whole http or stream block, whichever server block binds them.
  bool binds_same_variables(const std::vector<bool>& equal) const {
    Directive old_blocks;
    old_blocks.block.emplace();
    Directive new_blocks = old_blocks;
    for (std::size_t i = 0; i < equal.size(); ++i) {
      if (equal[i]) continue;
      old_blocks.block->push_back(*before_.resolved.servers[i].directive);
      new_blocks.block->push_back(*now_.resolved.servers[i].directive);
    }
    return exposure::Variables(old_blocks).binds_same(exposure::Variables(new_blocks));
  }

  bool stands(std::size_t i, const std::vector<bool>& equal) const {
    if (!equal[i]) return false;
    const auto sibling = routing::open_sibling(now_.resolved, i);
    if (!same_routes_ && sibling != routing::open_sibling(before_.resolved, i)) return false;
    return (!sibling || equal[*sibling]) && all_neighbours(now_.resolved, i, equal);
  }

  const ResolvedText before_;
  const ResolvedText now_;
  bool same_routes_;
  bool same_upstreams_;
};

}  // namespace

StandingServers standing_servers(const ResolvedText& before, const ResolvedText& now) {
  return Comparison(before, now).result();
}

}  // namespace mtls::config::compare
