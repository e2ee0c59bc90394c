#include "config/tls_context.h"

#include <strings.h>

#include <algorithm>

namespace mtls::config {
namespace {

std::optional<int> security_level_in(std::string_view ciphers) {
  constexpr std::string_view kCommand = "@SECLEVEL=";
  const std::size_t at = ciphers.rfind(kCommand);
  if (at == std::string_view::npos || at + kCommand.size() >= ciphers.size()) return std::nullopt;
  const char digit = ciphers[at + kCommand.size()];
  return digit >= '0' && digit <= '5' ? std::optional(digit - '0') : std::nullopt;
}

// R2.4: `.x` is both `x` and `*.x`.
std::vector<std::string> keys_of(const std::string& name) {
  if (!name.starts_with('.')) return {name};
  return {name.substr(1), "*" + name};
}

bool share_a_key(const std::string& a, const std::string& b) {
  const auto left = keys_of(a);
  const auto right = keys_of(b);
  return std::any_of(left.begin(), left.end(), [&](const std::string& key) {
    return std::find(right.begin(), right.end(), key) != right.end();
  });
}

bool answers_to(const TlsContext& server, const std::string& name) {
  if (server.server_names.empty()) return name.empty();
  return std::any_of(server.server_names.begin(), server.server_names.end(),
                     [&](const std::string& own) { return share_a_key(own, name); });
}

// R2.4: of the servers of one socket, the first with the name has it.
std::size_t owner_of(const ResolvedConfig& config, const Socket& socket, const std::string& name,
                     std::size_t index) {
  const auto found =
      std::find_if(socket.servers.begin(), socket.servers.end(),
                   [&](std::size_t other) { return answers_to(config.servers[other], name); });
  return found == socket.servers.end() ? index : *found;
}

const Socket* first_socket(const ResolvedConfig& config, const TlsContext& server) {
  if (server.listens.empty()) return nullptr;
  return config.socket(server.id.module, server.listens.front().canonical());
}

// The server that SNI = a name of `index` selects; without a name there is no SNI, and the default
// server it is.
std::size_t selected_by_sni(const ResolvedConfig& config, const Socket& socket, std::size_t index) {
  std::optional<std::size_t> selected;
  for (const std::string& name : config.servers[index].server_names) {
    if (name.empty()) continue;
    for (const std::string& key : keys_of(name)) {
      const std::size_t owner = owner_of(config, socket, key, index);
      if (owner == index) return index;
      if (!selected) selected = owner;
    }
  }
  return selected.value_or(socket.default_server);
}

}  // namespace

std::string_view word(Module module) {
  switch (module) {
    case Module::kHttp: return "http";
    case Module::kStream: return "stream";
    case Module::kMail: break;
  }
  return "mail";
}

std::string_view word(VerifyClient verify_client) {
  switch (verify_client) {
    case VerifyClient::kOff: return "off";
    case VerifyClient::kOn: return "on";
    case VerifyClient::kOptional: return "optional";
    case VerifyClient::kOptionalNoCa: break;
  }
  return "optional_no_ca";
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

// The commands run after SSL_CTX_set_cipher_list(), so theirs is the last word.
std::optional<int> TlsContext::security_level() const {
  std::optional<int> level = security_level_in(ciphers.value);
  for (const auto& [command, value] : conf_commands.value) {
    if (strcasecmp(command.c_str(), "CipherString") != 0) continue;  // as SSL_CONF_cmd() does
    if (const auto commanded = security_level_in(value)) level = commanded;
  }
  return level;
}

const Socket* ResolvedConfig::socket(Module module, const std::string& canonical) const {
  const auto found = std::find_if(sockets.begin(), sockets.end(), [&](const Socket& socket) {
    return socket.module == module && socket.canonical == canonical;
  });
  return found == sockets.end() ? nullptr : &*found;
}

std::optional<std::size_t> ResolvedConfig::tls_owner(std::size_t index) const {
  const Socket* where = first_socket(*this, servers.at(index));
  if (where == nullptr || !where->ssl) return std::nullopt;
  const std::size_t selected = selected_by_sni(*this, *where, index);
  if (servers[selected].has_context) return selected;  // else R3.44
  if (servers[where->default_server].has_context) return where->default_server;
  return std::nullopt;
}

std::size_t ResolvedConfig::speaker(std::size_t index) const {
  const TlsContext& server = servers.at(index);
  const Socket* where = first_socket(*this, server);
  if (where == nullptr) return index;
  const std::string name = server.server_names.empty() ? "" : server.server_names.front();
  return owner_of(*this, *where, keys_of(name).front(), index);
}

}  // namespace mtls::config
