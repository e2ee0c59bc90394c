// An SSL_CTX like the one nginx builds for a server block or an upstream, so that OpenSSL itself
// says what it refuses. Takes values and parsed material, never a path, and never makes a
// connection. Pure but for the library's random numbers.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pki/certificate.h"

namespace mtls::pki::ssl {

/// OpenSSL's error queue as nginx prints it after `(SSL: `, possibly empty; nullopt: accepted.
using SslRefusal = std::optional<std::string>;

/// The kind of value that SSL_CONF_cmd() expects for a command.
enum class CommandValue { kText, kFile, kDirectory, kStore };

/// Why a private key is refused, and by which OpenSSL function.
struct KeyRefusal {
  enum class Step { kLoad, kUse };  // PEM_read_bio_PrivateKey(), SSL_CTX_use_PrivateKey()

  Step step = Step::kLoad;
  std::string openssl;
};

/// Whether the digest with which a served certificate is signed must reach the security level
/// (checks_served_digests()).
enum class ServedDigests { kChecked, kUnchecked };

class SslContext {
 public:
  /// `security_level`: the default level of the OpenSSL that the nginx in question uses (R3.14).
  explicit SslContext(int security_level);
  SslContext(SslContext&&) noexcept;
  SslContext& operator=(SslContext&&) noexcept;
  ~SslContext();

  /// SSL_CTX_set_cipher_list(); may set the security level (R3.14).
  SslRefusal set_ciphers(const std::string& list);
  /// SSL_CTX_set1_curves_list().
  SslRefusal set_curves(const std::string& list);
  /// SSL_CTX_use_certificate(). `digests`: whether the OpenSSL in question looks at them, and not
  /// whether ours does.
  SslRefusal use_certificate(const Certificate& leaf, ServedDigests digests);
  /// What use_certificate() says, without using it: OpenSSL is asked once about all leaves of the
  /// same kind of key and signature.
  SslRefusal would_use(const Certificate& leaf, ServedDigests digests);
  /// SSL_CTX_set1_chain(). The certificates after the leaf, which must reach the security level.
  SslRefusal set_chain(std::span<const Certificate> chain, ServedDigests digests);
  /// Loads and uses the key of the certificate used last. `passwords` are tried in order. Without
  /// passwords an encrypted key is refused, as by an nginx without a terminal to ask at (R4.7).
  std::optional<KeyRefusal> use_key(std::string_view pem,
                                    const std::vector<std::string_view>& passwords);
  /// Reads DH parameters from PEM: PEM_read_bio_DHparams().
  SslRefusal read_dh_parameters(std::string_view pem);
  /// Uses the parameters that were read last: SSL_CTX_set_tmp_dh().
  SslRefusal use_dh_parameters();
  /// Runs one ssl_conf_command. `value` is text; the caller judges commands that take a file,
  /// directory or store.
  SslRefusal run_command(const std::string& name, const std::string& value);

  /// SSL_CONF_cmd_value_type(); kText also for unknown commands.
  CommandValue value_of_command(const std::string& name) const;

 private:
  template <class Call>
  SslRefusal serve(const Certificate& certificate, ServedDigests digests, Call call);

  struct Objects;
  std::unique_ptr<Objects> objects_;
};

/// d2i_OCSP_RESPONSE_bio(), as nginx reads ssl_stapling_file.
SslRefusal read_ocsp_response(std::string_view der);

}  // namespace mtls::pki::ssl
