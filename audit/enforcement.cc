#include "audit/enforcement.h"

#include <algorithm>
#include <array>

#include "audit/clients/client_verdict.h"
#include "audit/trust/handshake_requirement.h"
#include "config/release/release_hole.h"

namespace mtls::audit {
namespace {

using config::TlsContext;
using config::VerifyClient;
using config::release::HoleKind;
using config::release::Mended;

// Those whom nginx refuses for what they sent can still be handed to content by error_page.
bool hands_on_refused(const TlsContext& server) {
  constexpr std::array kRefusals{400, 405, 414, 421, 494, 495, 497, 501, 505};
  return std::any_of(kRefusals.begin(), kRefusals.end(), [&](int status) {
    return std::binary_search(server.error_statuses.begin(), server.error_statuses.end(), status);
  });
}

std::optional<bool> holds(config::Guard guard) {
  switch (guard) {
    case config::Guard::kComplete: return true;
    case config::Guard::kNone: return false;
    case config::Guard::kUndecidable: break;
  }
  return std::nullopt;
}

bool demands_in_handshake(const Snapshot& snapshot, std::size_t index) {
  const TlsContext& server = snapshot.config->resolved.servers[index];
  return server.verify_client.value == VerifyClient::kOptional && !hands_on_refused(server) &&
         trust::handshake_requires_certificate(snapshot, index);
}

bool verifies_alike(const TlsContext& a, const TlsContext& b) {
  return a.verify_client.value == b.verify_client.value &&
         a.verify_depth.value == b.verify_depth.value &&
         a.client_certificate.value == b.client_certificate.value &&
         a.trusted_certificate.value == b.trusted_certificate.value && a.crl.value == b.crl.value;
}

// One server block of one configuration.
struct Place {
  const config::ResolvedConfig& resolved;
  std::size_t index;

  const TlsContext& server() const { return resolved.servers[index]; }
};

// A block that a name selects, behind a default server that verifies otherwise (R9.1).
std::optional<std::size_t> other_default_server(const Place& place) {
  if (place.server().id.module != config::Module::kStream) return std::nullopt;
  for (const config::SocketRole& role : place.resolved.reaches[place.index].roles) {
    const config::Socket& socket = place.resolved.sockets[role.socket];
    if (!socket.ssl || role.is_default || !role.has_name) continue;
    if (!verifies_alike(place.server(), place.resolved.servers[socket.default_server]))
      return socket.default_server;
  }
  return std::nullopt;
}

// The default server, with sessions of TLS 1.3, and a block behind it whose clients other CAs
// verify (R3.45).
std::optional<std::size_t> other_sessions(const Place& place) {
  const TlsContext& server = place.server();
  const bool keeps = server.session_tickets.value || !server.session_cache.value.shared.empty();
  if (server.id.module != config::Module::kHttp || !keeps ||
      !server.protocols.value.has(config::Protocol::kTls13))
    return std::nullopt;
  for (const config::SocketRole& role : place.resolved.reaches[place.index].roles) {
    const config::Socket& socket = place.resolved.sockets[role.socket];
    if (!socket.ssl || !role.is_default) continue;
    for (const std::size_t other : socket.servers) {
      const TlsContext& block = place.resolved.servers[other];
      if (asks(block) && block.has_context && !verifies_alike(server, block)) return other;
    }
  }
  return std::nullopt;
}

std::string block_at(const Snapshot& snapshot, std::size_t server) {
  const TlsContext& block = snapshot.config->resolved.servers[server];
  return "the server block at " + snapshot.config->document->path_of(block.at.file) + ":" +
         std::to_string(block.at.line);
}

// What the hole lets happen at this block; "": nothing.
std::string effect_of(HoleKind kind, const Snapshot& snapshot, std::size_t index) {
  const Place place{.resolved = snapshot.config->resolved, .index = index};
  switch (kind) {
    case HoleKind::kStreamSni:
      if (const auto other = other_default_server(place))
        return "now and then verifies clients of this server block with the settings of " +
               block_at(snapshot, *other) + ", the default server of the address";
      break;
    case HoleKind::kStreamOcsp:
      if (place.server().id.module == config::Module::kStream &&
          place.server().ocsp.value != config::Ocsp::kOff)
        return "serves clients whose certificate the OCSP responder calls revoked";
      break;
    case HoleKind::kResumption:
      if (const auto other = other_sessions(place))
        return "lets clients resume here the TLS 1.3 sessions of " + block_at(snapshot, *other) +
               ", whose clients are verified otherwise";
      break;
  }
  return "";
}

std::string release_of(const config::NginxBuild& build,
                       const std::optional<config::release::Package>& package) {
  const std::string release = "nginx " + to_string(build.version);
  return package ? release + " (package " + package->version + ")" : release;
}

// A hole that nobody is known to have mended makes R9.1 undecidable, since anybody gets in; the
// others let in clients that some CA or block has verified.
Enforcement kept_by_release(const Snapshot& snapshot, const config::NginxBuild& build,
                            std::size_t server) {
  Enforcement kept{.enforced = true};
  for (const config::release::ReleaseHole& hole : config::release::release_holes()) {
    const Mended mended = is_mended(hole, build, snapshot.package);
    if (mended == Mended::kYes) continue;
    const std::string effect = effect_of(hole.kind, snapshot, server);
    if (effect.empty()) continue;
    const std::string cve = " (" + std::string(hole.cve) + ")";
    if (mended == Mended::kNo)
      return {.enforced = false,
              .note = release_of(build, snapshot.package).append(" ").append(effect).append(cve),
              .is_bypassed = true};
    if (hole.kind == HoleKind::kStreamSni)
      kept = {.enforced = std::nullopt,
              .note = std::string("nginx from 1.25.5 on ").append(effect).append(cve) +
                      ", and it is not known whether this one is mended"};
  }
  return kept;
}

// Text that this program may not read can open what the rest guards; "": there is none.
std::string doubt_of_unread_text(const Snapshot& snapshot) {
  for (const NginxError& error : snapshot.config->errors) {
    if (error.cause == RefusalCause::kNotPermitted)
      return error.path + " cannot be read here, and what it adds is not known";
  }
  return "";
}

// What code, another product or unread text may do; "": nothing.
std::string doubt_about(const Snapshot& snapshot, const config::NginxBuild& build,
                        const TlsContext& server) {
  std::string doubt = clients::doubt_of_hooks(snapshot, server);
  if (doubt.empty()) doubt = doubt_of_unread_text(snapshot);
  if (!doubt.empty()) return doubt;
  if (build.dialect == config::Dialect::kUnknown)
    return "the nginx binary names neither nginx nor a product that is known here";
  return "";
}

// Text that says itself that a product lets somebody in.
std::string waiver_in(const TlsContext& server) {
  const auto waived =
      std::find_if(server.openings.begin(), server.openings.end(),
                   [](const config::Opening& opening) { return opening.waived_at.has_value(); });
  if (waived == server.openings.end()) return "";
  return "ssl_verify_client_exception lets location " + waived->location +
         " serve clients without a verified certificate";
}

}  // namespace

Enforcement enforcement_of(const Snapshot& snapshot, const config::NginxBuild& build,
                           std::size_t server) {
  const TlsContext& context = snapshot.config->resolved.servers[server];
  // A server block to which nothing leads enforces nothing (R9.16).
  if (!asks(context)) return {.enforced = std::nullopt};
  const bool demanded = demands_in_handshake(snapshot, server);
  const std::optional<bool> text = holds(demanded ? context.plain_guard : context.guard);
  Enforcement found{.enforced = text};
  if (text == true) found = kept_by_release(snapshot, build, server);
  if (text != true) found.note = waiver_in(context);
  if (found.enforced == true) {
    found.note = doubt_about(snapshot, build, context);
    if (!found.note.empty()) found.enforced = std::nullopt;
  }
  found.demanded_by_handshake = demanded;
  return found;
}

}  // namespace mtls::audit
