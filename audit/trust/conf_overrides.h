// What ssl_conf_command takes over from nginx's own directives of trust (R3.6): the files of the
// store and of the names, and whether a certificate is asked for. OpenSSL runs the commands after
// all of nginx's directives, so theirs is the last word. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/tls_context.h"
#include "config/upstream_context.h"

namespace mtls::audit::trust {

struct ConfOverrides {
  /// VerifyCAFile: a store of their own, without ssl_crl's flags, in place of nginx's.
  std::vector<std::string> store_files;
  /// VerifyCAPath, VerifyCAStore: what that store finds is known only when it looks.
  bool store_is_open = false;
  /// ClientCAFile, RequestCAFile: their subjects are advertised when nginx advertises none.
  std::vector<std::string> name_files;
  /// Certificate: the last one is shown, in place of nginx's own of its kind.
  std::optional<std::string> certificate = {};
  /// A certificate is asked for: ssl_verify_client, or VerifyMode.
  bool requests = false;
  /// VerifyMode Require: where one is asked for, a handshake without one fails.
  bool fails_without = false;

  bool demands() const { return requests && fails_without; }
};

/// Paths as nginx opens them, relative ones beside `conf`, the main configuration file.
ConfOverrides conf_overrides(const config::TlsContext& server, const std::string& conf);
/// Of proxy_ssl_conf_command and its kin. `requests`: a backend is verified, by nginx or, with
/// VerifyMode whichever its words, by OpenSSL alone, which looks at the chain and not at the name,
/// and ends the handshake.
ConfOverrides conf_overrides(const config::UpstreamTlsContext& upstream, const std::string& conf);

}  // namespace mtls::audit::trust
