// nginx calls PEM_read_bio_DHparams() (ngx_ssl_dhparam).
#define OPENSSL_SUPPRESS_DEPRECATED

#include "pki/ssl/cipher_strength.h"

#include <openssl/bio.h>
#include <openssl/dh.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "pki/openssl.h"

namespace mtls::pki::ssl {
namespace {

bool is_weak(const SSL_CIPHER* cipher) {
  constexpr int kLeastBits = 128;
  return SSL_CIPHER_get_bits(cipher, nullptr) < kLeastBits ||
         SSL_CIPHER_get_auth_nid(cipher) == NID_auth_null ||
         SSL_CIPHER_get_cipher_nid(cipher) == NID_rc4 ||
         SSL_CIPHER_get_digest_nid(cipher) == NID_md5;
}

}  // namespace

std::vector<std::string> weak_ciphers(const std::string& list, int security_level) {
  start_openssl();
  const Owned<SSL_CTX, SSL_CTX_free> context(made(SSL_CTX_new(TLS_method())));
  SSL_CTX_set_security_level(context.get(), security_level);
  std::vector<std::string> weak;
  if (SSL_CTX_set_cipher_list(context.get(), list.c_str()) == 1) {
    const Owned<SSL, SSL_free> connection(made(SSL_new(context.get())));
    // This list respects the security level, and leaves out what needs a callback that nginx does
    // not set (PSK, SRP).
    const Owned<STACK_OF(SSL_CIPHER), [](STACK_OF(SSL_CIPHER) * all) { sk_SSL_CIPHER_free(all); }>
        accepted(SSL_get1_supported_ciphers(connection.get()));
    for (int i = 0; i < sk_SSL_CIPHER_num(accepted.get()); ++i) {
      const SSL_CIPHER* cipher = sk_SSL_CIPHER_value(accepted.get(), i);
      if (is_weak(cipher)) weak.emplace_back(SSL_CIPHER_get_name(cipher));
    }
  }
  ERR_clear_error();
  return weak;
}

std::optional<int> dh_parameter_bits(std::string_view pem) {
  start_openssl();
  const Owned<BIO, BIO_free> bytes(made(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))));
  const Owned<DH, DH_free> parameters(
      PEM_read_bio_DHparams(bytes.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (!parameters) return std::nullopt;
  return DH_bits(parameters.get());
}

}  // namespace mtls::pki::ssl
