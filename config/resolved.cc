#include "config/resolved.h"

#include <algorithm>
#include <tuple>

namespace mtls::config {

std::string_view word(Module module) {
  switch (module) {
    case Module::kHttp: return "http";
    case Module::kStream: return "stream";
    case Module::kMail: break;
  }
  return "mail";
}

std::string_view word(Provenance provenance) {
  switch (provenance) {
    case Provenance::kDefault: return "default";
    case Provenance::kInherited: return "inherited";
    case Provenance::kLocal: break;
  }
  return "local";
}

std::string Listen::canonical() const {
  return port == 0 ? address : address + ":" + std::to_string(port);
}

const Socket* ResolvedConfig::socket(Module module, const std::string& canonical,
                                     Transport transport) const {
  const auto key = [](const Socket& one) {
    return std::tie(one.module, one.canonical, one.transport);
  };
  const auto wanted = std::tie(module, canonical, transport);
  const auto found =
      std::lower_bound(sockets.begin(), sockets.end(), wanted,
                       [&](const Socket& one, const auto& other) { return key(one) < other; });
  return found == sockets.end() || key(*found) != wanted ? nullptr : &*found;
}

std::optional<std::size_t> ResolvedConfig::tls_owner(std::size_t index) const {
  return reaches.at(index).tls_owner;
}

std::size_t ResolvedConfig::label_owner(std::size_t index) const {
  return reaches.at(index).label_owner;
}

std::span<const LostName> ResolvedConfig::lost_names_of(std::size_t server) const {
  const auto [begin, end] = std::ranges::equal_range(lost_names, server, {}, &LostName::server);
  return {begin, end};
}

bool ResolvedConfig::is_reached(std::size_t server) const {
  return std::ranges::any_of(reaches.at(server).roles, [](const SocketRole& role) {
    return role.is_default || role.has_name;
  });
}

std::span<const UpstreamTlsContext> ResolvedConfig::upstreams_of(std::size_t server_index) const {
  const auto [begin, end] =
      std::ranges::equal_range(upstreams, server_index, {}, &UpstreamTlsContext::server_index);
  return {begin, end};
}

}  // namespace mtls::config
