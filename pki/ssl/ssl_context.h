// The SSL_CTX that nginx builds for a server block or an upstream, so that OpenSSL itself says what
// of it is refused. Fed with values and parsed material, never with a path, and no connection is
// ever made with it. Pure but for the library's randomness.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pki/certificate.h"

namespace mtls::pki::ssl {

/// OpenSSL's error queue as nginx prints it behind `(SSL: `, may be empty; nullopt: accepted.
using SslRefusal = std::optional<std::string>;

/// What SSL_CONF_cmd() takes as the value of a command.
enum class CommandValue { kText, kFile, kDirectory, kStore };

struct KeyRefusal {
  enum class Step { kLoad, kUse };  // PEM_read_bio_PrivateKey(), SSL_CTX_use_PrivateKey()

  Step step = Step::kLoad;
  std::string openssl;
};

/// Which OpenSSL judges here: names it does not know, another release may.
struct OpensslRelease {
  int major = 0;
  int minor = 0;

  bool operator==(const OpensslRelease&) const = default;
};
OpensslRelease linked_openssl();

class SslContext {
 public:
  /// `security_level`: the library's default of the nginx in question (R3.14).
  explicit SslContext(int security_level);
  SslContext(SslContext&&) noexcept;
  SslContext& operator=(SslContext&&) noexcept;
  ~SslContext();

  SslRefusal set_ciphers(const std::string& list);
  SslRefusal set_curves(const std::string& list);
  SslRefusal use_certificate(const Certificate& leaf);
  SslRefusal set_chain(std::span<const Certificate> chain);
  /// The key of the certificate used last; `passwords` are tried in order, none: an encrypted key
  /// is refused, as without a terminal to ask at (R4.7).
  std::optional<KeyRefusal> use_key(std::string_view pem,
                                    const std::vector<std::string_view>& passwords);
  /// DH parameters as PEM: PEM_read_bio_DHparams().
  SslRefusal read_dh_parameters(std::string_view pem);
  /// SSL_CTX_set_tmp_dh() of what was read last.
  SslRefusal use_dh_parameters();
  /// `value` is text: commands that take a file, directory or store are the caller's to judge.
  SslRefusal run_command(const std::string& name, const std::string& value);

  CommandValue value_of_command(const std::string& name) const;

 private:
  struct Objects;
  std::unique_ptr<Objects> objects_;
};

/// d2i_OCSP_RESPONSE_bio(): of ssl_stapling_file.
SslRefusal read_ocsp_response(std::string_view der);

}  // namespace mtls::pki::ssl
