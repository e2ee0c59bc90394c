// What nginx says when it loads one file of a TLS context and refuses it: certificates, keys, CAs,
// CRLs, DH parameters and the rest (R2.34 to R2.46, R4). Texts are nginx's for the given version;
// inside `(SSL: …)` those of OpenSSL 3.0. Pure in what the files answer.
#pragma once

#include <optional>
#include <string>

#include "audit/material_view.h"
#include "audit/refusals/side_files.h"
#include "audit/refusals/ssl_trials.h"

namespace mtls::audit::refusals {

/// Everything a loader looks at.
struct RefusalScene {
  const Snapshot& snapshot;
  const MaterialView& material;
  const Policy& policy;
  SideFiles& files;
  SslTrials& trials;
};

enum class TrustUse { kClient, kTrusted, kCrl };
Refusal trust_file_refusal(const RefusalScene& scene, const std::string& path, TrustUse use);

/// One ssl_certificate and its key, loaded without variables. `ciphers` carries the security level.
struct Identity {
  const config::FileRef& certificate;
  const config::FileRef& key;
  const std::string& ciphers;
  const std::string* password_file = nullptr;
  std::optional<base::SourceLocation> certificate_at = {};  // of the directives
  std::optional<base::SourceLocation> key_at = {};
};
Refusal identity_refusal(const RefusalScene& scene, const Identity& identity);

Refusal dhparam_refusal(const RefusalScene& scene, const std::string& path,
                        const std::string& ciphers);
Refusal stapling_file_refusal(const RefusalScene& scene, const std::string& path);
Refusal ticket_key_refusal(const RefusalScene& scene, const std::string& path);
Refusal password_file_refusal(const RefusalScene& scene, const std::string& path);
/// Of load_module: whether there is such a file.
Refusal module_refusal(const RefusalScene& scene, const std::string& path);
Refusal command_refusal(const RefusalScene& scene, const config::ConfCommand& command);

}  // namespace mtls::audit::refusals
