#include "daemon/web/tls/tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <new>

#include "base/owned.h"
#include "daemon/web/tls/tls_client_names.h"

namespace mtls::daemon::web::tls {
namespace {

using Bio = base::Owned<BIO, BIO_free>;
using Certificate = base::Owned<X509, X509_free>;
using Key = base::Owned<EVP_PKEY, EVP_PKEY_free>;

using Done = base::Result<void>;

// Forward secret and authenticated; every scraper younger than ten years offers them.
constexpr const char* kDefaultCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

// `what` with OpenSSL's reason, which quotes no bytes of the input. Clears the error queue.
tl::unexpected<base::Error> refuse(const std::string& what) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  const std::string text = reason != nullptr ? std::string(" (") + reason + ")" : "";
  ERR_clear_error();
  return base::fail(base::ErrorCode::kParse, what + text);
}

std::string named(const settings::PemSource& source, const std::string& key) {
  return source.path.empty() ? key + " in web-config.yml" : source.path;
}

Bio reader_of(const base::FileBytes& bytes) {
  return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

// An encrypted key is refused, because nobody is there to type its password.
int no_password(char*, int, int, void*) { return -1; }

Certificate next_certificate(BIO* bio) {
  return Certificate(PEM_read_bio_X509_AUX(bio, nullptr, &no_password, nullptr));
}

// After the last certificate: tells the end of the text from a broken block.
bool at_end() {
  const unsigned long error = ERR_peek_last_error();
  const bool end =
      ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
  if (end) ERR_clear_error();
  return end;
}

Done use_certificate(SSL_CTX* context, const settings::TlsSettings& settings,
                     const TlsMaterial& material) {
  const std::string name = named(settings.certificate, "cert");
  const Bio bio = reader_of(material.certificate);
  const Certificate leaf = next_certificate(bio.get());
  if (!leaf)
    return refuse(name + ": no certificate; write the server certificate as PEM, leaf first");
  if (SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    return refuse(name + ": OpenSSL does not accept the certificate");
  }
  while (const Certificate issuer = next_certificate(bio.get())) {
    if (SSL_CTX_add1_chain_cert(context, issuer.get()) != 1) {
      return refuse(name + ": OpenSSL does not accept a certificate of the chain");
    }
  }
  if (!at_end()) return refuse(name + ": a certificate of the chain is malformed");
  return {};
}

Done use_key(SSL_CTX* context, const settings::TlsSettings& settings, const TlsMaterial& material) {
  const std::string name = named(settings.key, "key");
  const Bio bio = reader_of(material.key);
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &no_password, nullptr));
  if (!key) return refuse(name + ": no private key; write it as PEM, without a password");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return refuse(name + ": this key does not belong to the certificate in " +
                  named(settings.certificate, "cert") + "; replace both together");
  }
  return {};
}

// Every given CA is a trust anchor, intermediates too, as in a CertPool of Go.
Done trust_client_cas(SSL_CTX* context, const settings::TlsSettings& settings,
                      const TlsMaterial& material) {
  if (!settings.client_ca.is_set()) return {};
  const std::string name = named(settings.client_ca, "client_ca");
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  const Bio bio = reader_of(material.client_ca);
  bool any = false;
  while (const Certificate ca = next_certificate(bio.get())) {
    if (X509_STORE_add_cert(store, ca.get()) != 1 || SSL_CTX_add_client_CA(context, ca.get()) != 1)
      return refuse(name + ": OpenSSL does not accept a client CA");
    any = true;
  }
  if (!at_end()) return refuse(name + ": a certificate of the client CAs is malformed");
  if (!any) return refuse(name + ": no client CA; write at least one certificate as PEM");
  return {};
}

int version_number(settings::TlsVersion version) {
  return version == settings::TlsVersion::kTls13 ? TLS1_3_VERSION : TLS1_2_VERSION;
}

Done set_protocol(SSL_CTX* context, const settings::TlsSettings& settings) {
  SSL_CTX_set_min_proto_version(context, version_number(settings.min_version));
  SSL_CTX_set_max_proto_version(context, version_number(settings.max_version));
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
  if (settings.prefer_server_ciphers) SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_mode(context, SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_RELEASE_BUFFERS);
  const std::string ciphers = settings.ciphers.empty() ? kDefaultCiphers : settings.ciphers;
  if (SSL_CTX_set_cipher_list(context, ciphers.c_str()) != 1) {
    return refuse("cipher_suites: OpenSSL supports none of them; name others");
  }
  if (settings.curves.empty()) return {};
  if (SSL_CTX_set1_groups_list(context, settings.curves.c_str()) != 1) {
    return refuse("curve_preferences: OpenSSL does not support them; name others");
  }
  return {};
}

int verify_mode(const settings::TlsSettings& settings) {
  switch (settings.client_auth) {
    case settings::ClientAuth::kNone: return SSL_VERIFY_NONE;
    case settings::ClientAuth::kRequireAny:
    case settings::ClientAuth::kRequireAndVerify:
      return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    case settings::ClientAuth::kRequest:
    case settings::ClientAuth::kVerifyIfGiven: break;
  }
  // Without a certificate no name can be an allowed one.
  return settings.allowed_sans.empty() ? SSL_VERIFY_PEER
                                       : SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
}

SSL_CTX* new_context() {
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  if (context == nullptr) throw std::bad_alloc();
  return context;
}

}  // namespace

TlsContext::TlsContext(const settings::TlsSettings& settings)
    : verifies_chain_(settings.client_auth == settings::ClientAuth::kVerifyIfGiven ||
                      settings.client_auth == settings::ClientAuth::kRequireAndVerify),
      allowed_sans_(settings.allowed_sans),
      context_(new_context()) {
  SSL_CTX* context = context_.get();
  SSL_CTX_set_verify(context, verify_mode(settings), nullptr);
  SSL_CTX_set_cert_verify_callback(context, &TlsContext::check_client, this);
}

base::Result<std::shared_ptr<TlsContext>> TlsContext::make(const settings::TlsSettings& settings,
                                                           const TlsMaterial& material) {
  std::shared_ptr<TlsContext> made(new TlsContext(settings));
  SSL_CTX* context = made->get();
  ERR_clear_error();
  const Done done = set_protocol(context, settings)
                        .and_then([&] { return use_certificate(context, settings, material); })
                        .and_then([&] { return use_key(context, settings, material); })
                        .and_then([&] { return trust_client_cas(context, settings, material); });
  if (!done) return tl::unexpected(done.error());
  return made;
}

// Replaces X509_verify_cert() (SSL_CTX_set_cert_verify_callback(3)). Only called if the client sent
// a certificate.
int TlsContext::check_client(X509_STORE_CTX* store, void* self) noexcept {
  const auto& rules = *static_cast<const TlsContext*>(self);
  if (rules.verifies_chain_ && X509_verify_cert(store) <= 0) return 0;
  const X509* leaf = X509_STORE_CTX_get0_cert(store);
  if (rules.allowed_sans_.empty() || has_allowed_san(leaf, rules.allowed_sans_)) return 1;
  X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

}  // namespace mtls::daemon::web::tls
