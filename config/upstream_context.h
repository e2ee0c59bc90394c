// The effective TLS settings of nginx as a client of one backend. Plain values; how they come about
// is config/tls/upstream.h. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/source.h"
#include "config/setting.h"
#include "config/tls_context.h"

namespace mtls::config {

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
  DirectiveRef pass = {};  // the directive itself
  std::string uri;         // as written
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
  Setting<ProtocolSet> protocols;
  Setting<std::string> ciphers{.value = "DEFAULT", .provenance = Provenance::kDefault, .at = {}};
  Setting<ConfCommands> conf_commands;
  ConfOverrides overrides;  // what they come to
  // The first of ResolvedConfig::upstreams with the same peer, session reuse too, and other
  // settings of trust or identity: each resumes the other's sessions (R3.48).
  std::optional<std::size_t> shares_sessions_with;

  bool operator==(const UpstreamTlsContext&) const = default;
};

}  // namespace mtls::config
