// The resolved, effective TLS settings of one server block or one upstream, and the sockets that
// lead to them. Plain values with provenance; how they come about is config/resolve.h. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/source.h"
#include "config/ast.h"
#include "config/backends.h"
#include "config/server_names.h"

namespace mtls::config {

enum class Module { kHttp, kStream, kMail };
enum class VerifyClient { kOff, kOn, kOptional, kOptionalNoCa };
enum class Provenance { kDefault, kInherited, kLocal };
enum class Transport { kTcp, kUdp };

std::string_view word(Module module);               // http stream mail
std::string_view word(VerifyClient verify_client);  // off on optional optional_no_ca
std::string_view word(Provenance provenance);       // default inherited local

/// An effective value and the line that caused it.
template <class T>
struct Setting {
  T value{};
  Provenance provenance = Provenance::kDefault;
  std::optional<base::SourceLocation> at;

  bool operator==(const Setting&) const = default;
};

/// A file that can be looked at: the path nginx opens, absolute, not normalised (R1.42).
struct StaticPath {
  std::string path;
  bool operator==(const StaticPath&) const = default;
};

/// `$variables`, `data:`, `engine:`, `store:`: known only at handshake time. A fact, not an error.
struct RuntimePath {
  std::string text;
  // The files it can come to where its variable has literal values only (config/runtime_path.h),
  // absolute; empty: not known.
  std::vector<std::string> followed = {};

  bool operator==(const RuntimePath&) const = default;
};

using FileRef = std::variant<StaticPath, RuntimePath>;

/// What one directive comes to, as text: `on`, `TLSv1.2 TLSv1.3`, an absolute path; several of an
/// array with `, ` between them; "" for nothing.
struct NamedSetting {
  std::string_view directive;  // of the table in config/directive_table.h
  Setting<std::string> effective;

  bool operator==(const NamedSetting&) const = default;
};

/// One address:port that one `listen` names. Port ranges are expanded.
struct Listen {
  std::string address;  // canonical: `0.0.0.0`, `[::]`, `127.0.0.1`, `unix:/path`; names nginx
                        // would resolve stay as written
  int port = 0;         // 0 for unix sockets
  bool ssl = false;     // as written here; Socket::ssl is the truth (R2.2)
  bool quic = false;
  bool default_server = false;
  Transport transport = Transport::kTcp;  // kUdp: quic, udp
  base::SourceLocation at;

  /// `0.0.0.0:443`, `[::]:443`, `unix:/path`: the `listen` label.
  std::string canonical() const;
  bool operator==(const Listen&) const = default;
};

/// Survives unrelated edits, because it becomes labels: never a line number or an index.
struct ContextId {
  Module module = Module::kHttp;
  std::string server;  // first server_name as nginx logs it, "" without one
  std::string listen;  // canonical first listen address

  auto operator<=>(const ContextId&) const = default;
};

/// What a http server block does with a client that has no verified certificate
/// (config/enforcement.h).
enum class Guard {
  kNone,         // some location serves such a client: TlsContext::openings
  kComplete,     // none serves more than redirects and fixed texts
  kUndecidable,  // not known, because of TlsContext::guard_doubt
};

/// A location that serves a client without SUCCESS.
struct Opening {
  std::string location;     // the words after `location`; "": the server block without one
  std::string path;         // a request that gets there
  std::string content;      // `backend NAME`, `files PATH`, a handler's directive
  base::SourceLocation at;  // of the word `location`

  bool operator==(const Opening&) const = default;
};

/// What a server block serves on a socket without TLS although a name of it stands for a server
/// block that asks for certificates.
struct PlaintextTwin {
  std::size_t server = 0;  // index into ResolvedConfig::servers
  std::string listen;      // canonical
  Opening opening;

  bool operator==(const PlaintextTwin&) const = default;
};

/// A location hands requests to a backend without a header that others set for it from
/// `$ssl_client_*`.
struct HeaderGap {
  std::string header;    // lower case
  std::string location;  // the words after `location`
  std::string backend;
  base::SourceLocation at;      // of the pass directive
  base::SourceLocation set_at;  // where the header is set
  bool is_spoofable = false;    // what a client sends under that name passes

  bool operator==(const HeaderGap&) const = default;
};

struct TlsContext {
  ContextId id;
  base::SourceLocation at;  // the word `server`
  std::vector<std::string> server_names;
  std::vector<Listen> listens;

  bool on_tls_socket = false;  // some listen's socket speaks TLS (R2.2) after the union over all
                               // servers of the address
  bool has_context =
      false;  // nginx builds an SSL_CTX for it: a certificate or reject_handshake (R2.17)

  Setting<VerifyClient> verify_client;
  Setting<int> verify_depth{.value = 1, .provenance = Provenance::kDefault, .at = {}};
  Setting<std::optional<FileRef>>
      client_certificate;  // nullopt: unset, or cancelled with "" (R2.12)
  Setting<std::optional<FileRef>> trusted_certificate;
  Setting<std::optional<FileRef>> crl;
  Setting<std::vector<FileRef>> certificates;      // leaf first in each file
  Setting<std::vector<FileRef>> certificate_keys;  // never opened
  Setting<std::string> ciphers{
      .value = "HIGH:!aNULL:!MD5", .provenance = Provenance::kDefault, .at = {}};
  Setting<std::vector<std::pair<std::string, std::string>>> conf_commands;
  Setting<bool> reject_handshake;
  Guard guard = Guard::kNone;       // of http, when it asks for certificates
  std::vector<Opening> openings;    // of kNone
  std::string guard_doubt;          // of kUndecidable
  std::vector<int> error_statuses;  // for which the server level has an error_page, sorted
  std::vector<PlaintextTwin> plaintext_twins;
  std::vector<HeaderGap> header_gaps;  // in configuration order
  // Every TLS directive of this module and release, defaults included, sorted by name.
  std::vector<NamedSetting> settings;

  /// nullptr: this module or release has no such directive.
  const Setting<std::string>* setting(std::string_view directive) const;

  /// R3.14: `@SECLEVEL=n` of ssl_ciphers or a CipherString command; nullopt: the library's default.
  std::optional<int> security_level() const;
  bool operator==(const TlsContext&) const = default;
};

/// Whether the connection to a backend is TLS. nginx builds the TLS context, and so refuses what is
/// wrong with it, in all three cases (R2.61).
enum class SpeaksTls {
  kNo,     // a URL with variables that begins with a plain scheme
  kMaybe,  // a URL whose scheme a variable decides
  kYes,
};

/// Our side as a client of a backend: the trust question is reversed, so the type is another one.
/// One for each proxy_pass, grpc_pass and uwsgi_pass for which nginx builds a TLS context.
struct UpstreamTlsContext {
  std::size_t server_index = 0;  // into ResolvedConfig::servers
  ContextId server;              // the server block it stands in
  std::string location;   // the words after `location`, also for an `if` or limit_except in it; ""
                          // in stream
  std::string directive;  // proxy_pass, grpc_pass, uwsgi_pass
  base::SourceLocation at;
  std::string uri;  // as written
  SpeaksTls speaks_tls = SpeaksTls::kYes;
  Setting<bool> verify;
  Setting<int> verify_depth{.value = 1, .provenance = Provenance::kDefault, .at = {}};
  Setting<std::optional<FileRef>> trusted_certificate;
  Setting<std::optional<FileRef>> crl;
  Setting<std::optional<FileRef>> certificate;
  Setting<std::optional<FileRef>> certificate_key;  // never opened
  Setting<std::optional<FileRef>> password_file;    // never opened
  Setting<std::string> name;                        // as written; "": from the URL
  std::optional<std::string> checked_name;  // in the backend's certificate (R2.63); nullopt: a
                                            // variable decides
  Setting<bool> server_name;
  Setting<bool> session_reuse{.value = true, .provenance = Provenance::kDefault, .at = {}};
  Setting<std::string> protocols;
  Setting<std::string> ciphers{.value = "DEFAULT", .provenance = Provenance::kDefault, .at = {}};
  Setting<std::vector<std::pair<std::string, std::string>>> conf_commands;
  // The first of ResolvedConfig::upstreams with the same peer, session reuse too, and other
  // settings of trust or identity: each resumes the other's sessions (R3.48).
  std::optional<std::size_t> shares_sessions_with;

  bool operator==(const UpstreamTlsContext&) const = default;
};

/// One address:port of one transport and the server blocks that share it.
struct Socket {
  Module module = Module::kHttp;
  std::string canonical;
  bool ssl = false;                  // the union of the listens (R2.2)
  std::vector<std::size_t> servers;  // indexes into ResolvedConfig::servers, in configuration order
  std::size_t default_server = 0;    // index into ResolvedConfig::servers (R2.3)
  Transport transport = Transport::kTcp;
  std::uint32_t rank = 0;  // nginx's own order: ports as they are met, on each its addresses
  /// When their names are put together: of a port those with socket options of their own first, the
  /// wildcard last (ngx_http_cmp_conf_addrs).
  std::uint32_t names_rank = 0;

  bool operator==(const Socket&) const = default;
};

/// A server_name that does not lead to its server block, because an earlier one has it (R2.4).
struct LostName {
  std::size_t server = 0;  // index into ResolvedConfig::servers, `winner` too
  std::size_t socket = 0;  // index into ResolvedConfig::sockets
  std::string name;        // as in TlsContext::server_names
  std::size_t winner = 0;

  bool operator==(const LostName&) const = default;
};

/// What a server block is on one of its sockets.
struct Place {
  std::size_t socket = 0;  // index into ResolvedConfig::sockets
  bool is_default = false;
  bool has_name = false;     // some name of it leads to it there
  std::size_t selected = 0;  // the server that SNI = one of its names selects; without one, no SNI

  bool operator==(const Place&) const = default;
};

struct Standing {
  std::size_t speaker = 0;               // ResolvedConfig::speaker()
  std::optional<std::size_t> tls_owner;  // ResolvedConfig::tls_owner()
  std::vector<Place> places = {};        // sorted by socket

  bool operator==(const Standing&) const = default;
};

/// A way to a backend past no client certificate and nothing else.
struct Door {
  std::size_t server = 0;  // index into ResolvedConfig::servers
  Backend backend;

  bool operator==(const Door&) const = default;
};

struct ResolvedConfig {
  std::vector<TlsContext> servers;             // in configuration order
  std::vector<Socket> sockets;                 // sorted by module, then canonical, TCP before UDP
  std::vector<NameTable> names;                // of each socket; empty where nginx asks for no name
  std::vector<Standing> standings;             // of each server
  std::vector<LostName> lost_names;            // sorted by server
  std::vector<std::vector<Backend>> backends;  // of each http server
  std::map<std::pair<std::size_t, std::string>, std::vector<Door>> doors;  // by TLS socket, target
  std::vector<UpstreamTlsContext> upstreams;  // in configuration order, so by server_index
  std::vector<Diagnostic> diagnostics;        // values nginx refuses, in its words

  const Socket* socket(Module module, const std::string& canonical,
                       Transport transport = Transport::kTcp) const;
  /// The server whose SSL_CTX judges a connection to the first TLS listen of `servers[index]` with
  /// SNI = a name that selects it (R3.40, R3.43, R3.44): itself, or the default server of that
  /// socket, or the server that has all its names. nullopt: no TLS leads to it.
  std::optional<std::size_t> tls_owner(std::size_t index) const;
  /// The server whose series stand under the labels of `servers[index]`: itself, or the earlier one
  /// with the same labels or with all its names (R2.4).
  std::size_t speaker(std::size_t index) const;
  std::span<const LostName> lost_names_of(std::size_t server) const;
  std::span<const UpstreamTlsContext> upstreams_of(std::size_t server_index) const;

  bool operator==(const ResolvedConfig&) const = default;
};

}  // namespace mtls::config
