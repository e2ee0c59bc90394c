// What only the content of a private key shows (R2.38, R4.7). The one place of this floor where
// keys and their passwords are read, into memory that is wiped, and only when the policy says so.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "audit/refusals/files.h"

namespace mtls::audit::refusals {

/// Whether the certificate of the key has just been used in the SSL_CTX of its ciphers.
enum class CertificateState { kUnknown, kUsed };

struct KeyUse {
  const std::string& path;
  // The key itself, of a `data:` value: messages name it `data:`, where nginx prints it whole.
  std::optional<std::string_view> inlined = std::nullopt;
  const std::string* password_file = nullptr;
  const std::string& ciphers;
  CertificateState certificate = CertificateState::kUnknown;
};

/// nullopt also when we cannot read the key.
Refusal key_content_refusal(const RefusalScene& scene, const KeyUse& use);

/// Of a file of passwords.
Refusal password_content_refusal(const RefusalScene& scene, const std::string& path);

}  // namespace mtls::audit::refusals
