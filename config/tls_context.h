// The resolved, effective TLS settings of one server block or one upstream, and the sockets that
// lead to them. Plain values with provenance; how they come about is config/resolve.h. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/source.h"
#include "config/ast.h"

namespace mtls::config {

enum class Module { kHttp, kStream, kMail };
enum class VerifyClient { kOff, kOn, kOptional, kOptionalNoCa };
enum class Provenance { kDefault, kInherited, kLocal };

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
  bool operator==(const RuntimePath&) const = default;
};

using FileRef = std::variant<StaticPath, RuntimePath>;

/// One address:port that one `listen` names. Port ranges are expanded.
struct Listen {
  std::string address;  // canonical: `0.0.0.0`, `[::]`, `127.0.0.1`, `unix:/path`; names nginx
                        // would resolve stay as written
  int port = 0;         // 0 for unix sockets
  bool ssl = false;     // as written here; Socket::ssl is the truth (R2.2)
  bool quic = false;
  bool default_server = false;
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

/// What the configuration does with a client that has no verified certificate in an optional mode
/// (config/guards.h).
enum class Guard {
  kNone,         // nothing looks at the verdict: such a client is served
  kComplete,     // every request is refused without SUCCESS
  kUndecidable,  // something looks at it, and what it decides is not known
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
  Guard guard = Guard::kNone;  // only meaningful in the optional modes

  /// R3.14: `@SECLEVEL=n` of ssl_ciphers or a CipherString command; nullopt: the library's default.
  std::optional<int> security_level() const;
  bool operator==(const TlsContext&) const = default;
};

/// Our side as a client of a backend: the trust question is reversed, so the type is another one.
struct UpstreamTlsContext {
  ContextId server;  // the server block it stands in
  std::string location;
  std::string directive;  // proxy_pass, grpc_pass, uwsgi_pass
  base::SourceLocation at;
  Setting<bool> verify;
  Setting<int> verify_depth{.value = 1, .provenance = Provenance::kDefault, .at = {}};
  Setting<std::optional<FileRef>> trusted_certificate;
  Setting<std::optional<FileRef>> crl;
  Setting<std::optional<FileRef>> certificate;

  bool operator==(const UpstreamTlsContext&) const = default;
};

/// One address:port and the server blocks that share it.
struct Socket {
  Module module = Module::kHttp;
  std::string canonical;
  bool ssl = false;                  // the union of the listens (R2.2)
  std::vector<std::size_t> servers;  // indexes into ResolvedConfig::servers, in configuration order
  std::size_t default_server = 0;    // index into ResolvedConfig::servers (R2.3)

  bool operator==(const Socket&) const = default;
};

struct ResolvedConfig {
  std::vector<TlsContext> servers;  // in configuration order
  std::vector<Socket> sockets;      // sorted by module, then canonical
  std::vector<UpstreamTlsContext> upstreams;
  std::vector<Diagnostic> diagnostics;  // values nginx refuses, in its words

  const Socket* socket(Module module, const std::string& canonical) const;
  /// The server whose SSL_CTX judges a connection to the first listen of `servers[index]` with SNI
  /// = its first usable name (R3.40, R3.43, R3.44): itself, or the default server of that socket.
  /// nullopt: no TLS there.
  std::optional<std::size_t> tls_owner(std::size_t index) const;
  /// The server that answers on the first listen of `servers[index]` for its first name: itself, or
  /// the earlier one with the same name (R2.4).
  std::size_t speaker(std::size_t index) const;

  bool operator==(const ResolvedConfig&) const = default;
};

}  // namespace mtls::config
