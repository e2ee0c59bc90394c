// The effective TLS settings of one server block, with provenance. Plain values; how they come
// about is config/tls. Pure.
#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"
#include "config/conf_commands.h"
#include "config/exposure_facts.h"
#include "config/setting.h"
#include "config/socket.h"
#include "config/tls_values.h"

namespace mtls::config {

enum class VerifyClient { kOff, kOn, kOptional, kOptionalNoCa };
std::string_view word(VerifyClient verify_client);  // off on optional optional_no_ca

/// R3.14: of `@SECLEVEL=n`, the last one; nullopt without one.
std::optional<int> security_level_in(std::string_view ciphers);

/// Survives unrelated edits, because it becomes labels: never a line number or an index.
struct ContextId {
  Module module = Module::kHttp;
  std::string server;  // first server_name as nginx logs it, "" without one
  std::string listen;  // canonical first listen address

  auto operator<=>(const ContextId&) const = default;
};

struct TlsContext {
  ContextId id;
  base::SourceLocation at;      // the word `server`
  DirectiveRef directive = {};  // the block
  std::vector<std::string> server_names;
  std::vector<Listen> listens;

  bool on_tls_socket = false;  // some listen's socket speaks TLS (R2.2) after the union over all
                               // servers of the address; or mail has starttls (R9.15)
  bool is_shadowed = false;  // no connection over TLS finds it: other server blocks have its names
                             // on each TLS socket, and it is the default server of none (R9.16)
  bool has_context =
      false;  // nginx builds an SSL_CTX for it: a certificate or reject_handshake (R2.17)

  Setting<VerifyClient> verify_client;
  Setting<int> verify_depth{.value = 1, .provenance = Provenance::kDefault, .at = {}};
  Setting<std::optional<FileRef>>
      client_certificate;  // nullopt: unset, or cancelled with "" (R2.12)
  Setting<std::optional<FileRef>> trusted_certificate;
  Setting<std::optional<FileRef>> crl;
  Setting<std::vector<NamedFile>> certificates;      // leaf first in each file
  Setting<std::vector<NamedFile>> certificate_keys;  // never opened
  Setting<std::optional<FileRef>> password_file;     // never opened
  Setting<std::optional<FileRef>> dhparam;
  Setting<std::string> ecdh_curve{.value = "auto", .provenance = Provenance::kDefault, .at = {}};
  Setting<ProtocolSet> protocols;
  Setting<std::string> ciphers{
      .value = "HIGH:!aNULL:!MD5", .provenance = Provenance::kDefault, .at = {}};
  Setting<SessionCache> session_cache;
  Setting<std::chrono::seconds> session_timeout;
  Setting<bool> session_tickets{.value = true, .provenance = Provenance::kDefault, .at = {}};
  Setting<std::vector<NamedFile>> session_ticket_keys;
  Setting<std::vector<NamedFile>> ech_files;  // keys of Encrypted Client Hello, never opened
  Setting<Ocsp> ocsp;
  Setting<std::string> ocsp_responder;
  Setting<bool> stapling;
  Setting<std::optional<FileRef>> stapling_file;
  Setting<bool> certificate_compression;
  Setting<bool> ssl;  // `ssl on`, before 1.25.1
  Setting<Starttls> starttls;
  Setting<bool> reject_handshake;
  Setting<ConfCommands> conf_commands;
  ConfOverrides overrides;               // what they come to
  Guard guard = Guard::kNone;            // when it asks for certificates
  Guard plain_guard = Guard::kComplete;  // of its listens without TLS alone, then too
  std::vector<Opening> openings;         // of kNone
  std::string guard_doubt;               // of kUndecidable
  std::vector<HandshakeHook> hooks;      // on the way to it, those of default servers included
  std::vector<int> error_statuses;       // for which the server level has an error_page, sorted
  std::vector<PlaintextTwin> plaintext_twins;
  std::vector<HeaderGap> header_gaps;  // in configuration order
  // Every TLS directive of this module and release, defaults included, sorted by name: what dump
  // and check print.
  NamedSettings settings;

  /// Whether some connection over TLS finds it.
  bool serves_tls() const { return on_tls_socket && !is_shadowed; }
  /// R3.14: `@SECLEVEL=n` of ssl_ciphers or a CipherString command; nullopt: the library's default.
  std::optional<int> security_level() const;
  /// ssl_ciphers, or the CipherString that replaces it.
  const std::string& cipher_string() const;
  bool operator==(const TlsContext&) const = default;
};

/// The server block asks for client certificates on a TLS socket on which connections find it: the
/// server_* families exist for it.
inline bool asks(const TlsContext& server) {
  return server.serves_tls() && server.verify_client.value != VerifyClient::kOff;
}

}  // namespace mtls::config
