#include "audit/probing/probing.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "audit/material_view.h"
#include "audit/trust/trust.h"

namespace mtls::audit::probing {
namespace {

using config::Socket;
using config::TlsContext;

// A client sends it as SNI, and it leads to this server block alone.
bool is_plain_name(std::string_view name) {
  return !name.empty() && name.front() != '~' && name.front() != '.' && name.front() != '_' &&
         name.find('*') == std::string_view::npos;
}

// nullopt: all its names are patterns.
std::optional<std::string> plain_name(const TlsContext& server) {
  const auto found = std::ranges::find_if(server.server_names, is_plain_name);
  return found != server.server_names.end() ? std::optional(*found) : std::nullopt;
}

// Where a client on this host finds the socket; false: its address is a name.
bool set_address(std::string_view canonical, ProbeTarget& target) {
  constexpr std::string_view kUnix = "unix:";
  if (canonical.starts_with(kUnix)) {
    target.address = canonical.substr(kUnix.size());
    return true;
  }
  const std::size_t colon = canonical.rfind(':');
  const std::string_view port = canonical.substr(colon + 1);
  std::from_chars(port.data(), port.data() + port.size(), target.port);
  std::string_view host = canonical.substr(0, colon);
  const bool is_v6 = host.starts_with('[');
  if (is_v6) host = host.substr(1, host.size() - 2);
  if (!is_v6 && host.find_first_not_of("0123456789.") != std::string_view::npos) return false;
  target.address = host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host;
  return true;
}

bool has_proxy_protocol(const config::ResolvedConfig& resolved, const Socket& socket) {
  return std::ranges::any_of(socket.servers, [&](std::size_t server) {
    return std::ranges::any_of(resolved.servers.at(server).listens, [&](const auto& listen) {
      return listen.has_proxy_protocol && listen.canonical() == socket.canonical;
    });
  });
}

std::optional<ProbeTarget> target_of(const config::ResolvedConfig& resolved, std::size_t index) {
  const TlsContext& server = resolved.servers[index];
  const std::optional<std::string> name = plain_name(server);
  for (const config::SocketRole& role : resolved.reaches[index].roles) {
    const Socket& socket = resolved.sockets[role.socket];
    const bool is_named = name && role.selected == index;
    if (!socket.ssl || socket.transport != config::Transport::kTcp) continue;
    if (!is_named && !role.is_default) continue;
    ProbeTarget target{.id = server.id,
                       .address = {},
                       .sni = is_named ? *name : "",
                       .has_proxy_protocol = has_proxy_protocol(resolved, socket)};
    if (set_address(socket.canonical, target)) return target;
  }
  return std::nullopt;
}

std::optional<bool> names_as_in_files(const trust::TrustContent& content,
                                      const ProbeAnswer& answer) {
  if (!content.unread.empty() || !content.unread_path.empty()) return std::nullopt;
  std::set<std::string> expected;
  for (const pki::Certificate& certificate : content.announced)
    expected.insert(certificate.facts().subject.canonical);
  return answer.asks && answer.ca_names == expected;
}

// With several certificates, of several kinds of key, the client's offer decides.
std::optional<bool> certificate_as_in_files(const MaterialView& material, const TlsContext& server,
                                            const ProbeAnswer& answer) {
  for (const config::FileRef& reference : server.certificates.value) {
    const std::string* path = static_path(reference);
    const pki::Material* content = material.content(path);
    if (content == nullptr || content->certificates.empty()) return std::nullopt;
    if (content->certificates.front().facts().fingerprint == answer.leaf) return true;
  }
  return server.certificates.value.empty() ? std::nullopt : std::optional(false);
}

}  // namespace

std::vector<ProbeTarget> targets(const Snapshot& snapshot) {
  const ProbeSettings& settings = snapshot.policy->probe;
  const config::ResolvedConfig& resolved = snapshot.config->resolved;
  std::vector<ProbeTarget> all;
  for (std::size_t i = 0; settings.is_enabled && i < resolved.servers.size(); ++i) {
    const TlsContext& server = resolved.servers[i];
    if (!asks(server) || resolved.label_owner(i) != i) continue;
    if (!is_among(settings.servers, server)) continue;
    if (auto target = target_of(resolved, i)) all.push_back(std::move(*target));
  }
  return all;
}

std::vector<ProbedServer> compared(const Snapshot& snapshot, const ProbeAnswers& answers) {
  const config::ResolvedConfig& resolved = snapshot.config->resolved;
  const Evidence evidence(snapshot);
  std::vector<ProbedServer> all;
  for (std::size_t i = 0; !answers.empty() && i < resolved.servers.size(); ++i) {
    if (resolved.label_owner(i) != i) continue;
    const auto answer = std::ranges::find(answers, resolved.servers[i].id, &ProbeAnswer::id);
    if (answer == answers.end()) continue;
    ProbedServer probed{.id = answer->id, .is_reached = answer->failure.empty()};
    if (probed.is_reached) {
      const TlsContext& owner = resolved.servers[resolved.tls_owner(i).value_or(i)];
      probed.are_names_as_in_files = names_as_in_files(
          trust::trust_content(evidence.material, owner, snapshot.policy->build), *answer);
      probed.is_certificate_as_in_files =
          certificate_as_in_files(evidence.material, owner, *answer);
    }
    all.push_back(probed);
  }
  return all;
}

}  // namespace mtls::audit::probing
