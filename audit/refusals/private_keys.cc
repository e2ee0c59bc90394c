#include "audit/refusals/private_keys.h"

#include <string_view>
#include <vector>

namespace mtls::audit::refusals {
namespace {

// ngx_ssl_read_password_file(): one password a line. Empty lines and a CR at the end of a line are
// ignored. A file without passwords counts as one empty password.
std::vector<std::string_view> passwords_in(std::string_view text) {
  std::vector<std::string_view> passwords;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) passwords.push_back(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  if (passwords.empty()) passwords.emplace_back();
  return passwords;
}

}  // namespace

Refusal key_content_refusal(const RefusalScene& scene, const KeyUse& use) {
  using Step = pki::ssl::KeyRefusal::Step;
  const std::size_t limit = scene.policy.limits.max_file_bytes;
  base::Result<base::FileContent> key = base::FileContent{};
  if (!use.inlined) key = scene.files.read(use.path, limit);
  if (!key) return std::nullopt;
  base::Result<base::FileContent> secrets = base::FileContent{};
  std::vector<std::string_view> passwords;
  if (use.password_file != nullptr) {
    secrets = scene.files.read(*use.password_file, limit);
    if (!secrets) return std::nullopt;
    passwords = passwords_in(secrets->text());
  }
  const std::string path = use.inlined ? "" : use.path;
  const auto refusal =
      scene.trials.context(use.ciphers).use_key(use.inlined.value_or(key->text()), passwords);
  if (!refusal) return std::nullopt;
  if (refusal->step == Step::kLoad) {
    return RefusalReason{.cause = RefusalCause::kFileContent,
                         .path = path,
                         .message = failed("cannot load certificate key \"" + use.path +
                                               "\": PEM_read_bio_PrivateKey()",
                                           refusal->openssl)};
  }
  if (use.certificate == CertificateState::kUnknown) return std::nullopt;
  return RefusalReason{
      .cause = RefusalCause::kRejectedFile,
      .path = path,
      .message = failed("SSL_CTX_use_PrivateKey(\"" + use.path + "\")", refusal->openssl)};
}

// ngx_ssl_read_password_file(): a line must fit into its buffer.
Refusal password_content_refusal(const RefusalScene& scene, const std::string& path) {
  constexpr std::size_t kBufferBytes = 4096;
  const auto secrets = scene.files.read(path, scene.policy.limits.max_file_bytes);
  if (!secrets) return std::nullopt;
  std::string_view rest = secrets->text();
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    if (rest.substr(0, end).size() >= kBufferBytes) {
      return RefusalReason{.cause = RefusalCause::kFileContent,
                           .path = path,
                           .message = "too long line in \"" + path + "\""};
    }
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return std::nullopt;
}

}  // namespace mtls::audit::refusals
