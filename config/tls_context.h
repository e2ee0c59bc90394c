// The effective TLS settings of one server block, with provenance. Plain values; how they come
// about is config/tls. Pure.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/source.h"
#include "config/exposure_facts.h"
#include "config/setting.h"
#include "config/socket.h"

namespace mtls::config {

enum class VerifyClient { kOff, kOn, kOptional, kOptionalNoCa };
std::string_view word(VerifyClient verify_client);  // off on optional optional_no_ca

/// Survives unrelated edits, because it becomes labels: never a line number or an index.
struct ContextId {
  Module module = Module::kHttp;
  std::string server;  // first server_name as nginx logs it, "" without one
  std::string listen;  // canonical first listen address

  auto operator<=>(const ContextId&) const = default;
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

}  // namespace mtls::config
