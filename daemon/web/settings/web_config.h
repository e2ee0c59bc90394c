// web-config.yml as a value: the file that exporters written with Prometheus' exporter-toolkit take
// by --web.config.file (release 0.17: its documentation, tls_config.go and handler.go). Opens no
// other file: paths in, paths out. Pure.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mtls::daemon::web::settings {

/// The toolkit's client_auth_type, named like Go's tls.ClientAuthType.
enum class ClientAuth {
  kNone,              // asks for no certificate
  kRequest,           // asks, takes any or none, verifies nothing
  kRequireAny,        // takes any, verifies nothing
  kVerifyIfGiven,     // takes none, or one that the client CAs issued
  kRequireAndVerify,  // takes only one that the client CAs issued
};

enum class TlsVersion { kTls12, kTls13 };

/// A certificate or key, in a file of its own or inside web-config.yml. Both empty: not set.
struct PemSource {
  std::string path;
  std::string text;

  bool is_set() const { return !path.empty() || !text.empty(); }
  bool operator==(const PemSource&) const = default;
};

struct TlsSettings {
  PemSource certificate;  // leaf first
  PemSource key;
  PemSource client_ca;
  ClientAuth client_auth = ClientAuth::kNone;
  std::vector<std::string> allowed_sans;  // empty: every client that passes the certificate check
  TlsVersion min_version = TlsVersion::kTls12;
  TlsVersion max_version = TlsVersion::kTls13;
  std::string ciphers;  // up to TLS 1.2, OpenSSL's names with colons; "": our default
  std::string curves;   // likewise
  bool prefer_server_ciphers = true;

  bool operator==(const TlsSettings&) const = default;
};

/// A token bucket: `burst` requests at once, then one in each `interval`.
struct RateLimit {
  std::chrono::nanoseconds interval{0};
  int burst = 0;  // 0: every request is refused

  bool operator==(const RateLimit&) const = default;
};

struct WebConfig {
  std::optional<TlsSettings> tls;              // nullopt: plain HTTP
  std::map<std::string, std::string> headers;  // sent with every answer; no value is empty
  std::map<std::string, std::string> users;    // name to bcrypt hash; empty: no authentication
  std::optional<RateLimit> rate_limit;
  std::vector<std::string> notes;  // for the log: where the file does not do what it suggests

  bool operator==(const WebConfig&) const = default;
};

/// `path`: that of the file; relative paths in it are relative to its directory. Errors: kParse,
/// `PATH:LINE:COLUMN: what is wrong, what to do`, never with a byte of a key or hash.
base::Result<WebConfig> parse_web_config(std::string_view text, const std::string& path);

/// Whether the text has the form of a bcrypt hash (crypt(5)): `$2a$`, `$2b$` or `$2y$`, a cost from
/// 04 to 31, and 53 characters. Nothing else may reach crypt_r(), which takes any odd string for
/// the salt of a DES hash.
bool is_bcrypt(std::string_view hash);

}  // namespace mtls::daemon::web::settings
