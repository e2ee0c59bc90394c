// nginx calls PEM_read_bio_DHparams() and SSL_CTX_set_tmp_dh() (ngx_ssl_dhparam).
#define OPENSSL_SUPPRESS_DEPRECATED

#include "pki/ssl/ssl_context.h"

#include <openssl/bio.h>
#include <openssl/dh.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <set>
#include <tuple>

#include "pki/openssl.h"
#include "pki/strength.h"

namespace mtls::pki::ssl {
namespace {

constexpr const char* kWeakDigest = "error:0A00018E:SSL routines::ca md too weak";

using OwnedContext = Owned<SSL_CTX, SSL_CTX_free>;
using OwnedCommands = Owned<SSL_CONF_CTX, SSL_CONF_CTX_free>;
using OwnedBio = Owned<BIO, BIO_free>;
using OwnedDh = Owned<DH, DH_free>;
using OwnedOcspResponse = Owned<OCSP_RESPONSE, OCSP_RESPONSE_free>;

// Like ngx_ssl_error(): every entry from the oldest on, with its data where that is text.
std::string queue_text() {
  std::string text;
  const char* data = nullptr;
  int flags = 0;
  while (const unsigned long code = ERR_get_error_all(nullptr, nullptr, nullptr, &data, &flags)) {
    constexpr std::size_t kMaxEntryBytes = 256;
    std::array<char, kMaxEntryBytes> entry{};
    expect_memory(code);
    ERR_error_string_n(code, entry.data(), entry.size());
    if (!text.empty()) text += ' ';
    text += entry.data();
    if (*data != '\0' && (flags & ERR_TXT_STRING) != 0) text += std::string(":") + data;
  }
  return text;
}

// `call` is one call of an OpenSSL function; it returns true when OpenSSL accepts.
template <class Call>
SslRefusal ask(Call call) {
  ERR_clear_error();
  const bool accepted = call();
  if (!accepted) return queue_text();
  ERR_clear_error();  // success may leave entries in the queue
  return std::nullopt;
}

// Reads the bytes in place, so that no copy of a secret is left behind.
OwnedBio reader_of(std::string_view bytes) {
  return OwnedBio(made(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))));
}

// Like ngx_ssl_password_callback(), but refuses where nginx leaves the prompt to OpenSSL.
int give_password(char* buffer, int size, int /*writing*/, void* user) {
  const auto* password = static_cast<const std::string_view*>(user);
  if (password == nullptr) return -1;
  const std::size_t length = std::min(password->size(), static_cast<std::size_t>(size));
  std::memcpy(buffer, password->data(), length);
  return static_cast<int>(length);
}

OwnedKey read_key(std::string_view pem, const std::string_view* password) {
  ERR_clear_error();
  const OwnedBio bytes = reader_of(pem);
  return OwnedKey(PEM_read_bio_PrivateKey(bytes.get(), nullptr, give_password,
                                          const_cast<std::string_view*>(password)));
}

// Like ngx_ssl_load_certificate_key(): the passwords in order; the last failure is reported.
OwnedKey read_key(std::string_view pem, const std::vector<std::string_view>& passwords) {
  if (passwords.empty()) return read_key(pem, nullptr);
  OwnedKey key;
  for (const std::string_view& password : passwords) {
    key = read_key(pem, &password);
    if (key) break;
  }
  return key;
}

}  // namespace

namespace {

/// All that ssl_security_cert() and ssl_set_cert() of libssl look at.
struct Strength {
  std::string key_kind;  // "": no key
  int key_bits = 0;
  int signature_bits = 0;
  bool self_signed = false;

  auto operator<=>(const Strength&) const = default;
};

Strength strength_of(const Certificate& certificate) {
  Strength strength;
  strength.key_kind = certificate.handle().traits().key_kind;
  strength.key_bits = certificate.facts().security_bits;
  strength.signature_bits = signature_bits(certificate);
  strength.self_signed = certificate.facts().self_signed;
  return strength;
}

}  // namespace

struct SslContext::Objects {
  OwnedContext context;
  OwnedCommands commands;
  OwnedDh dh;
  std::map<std::pair<ServedDigests, Strength>, SslRefusal> leaves;  // at the security level of now
};

SslContext::SslContext(int security_level) : objects_(std::make_unique<Objects>()) {
  start_openssl();
  objects_->context.reset(made(SSL_CTX_new(TLS_method())));
  SSL_CTX_set_security_level(objects_->context.get(), security_level);
  // Like ngx_ssl_conf_commands().
  objects_->commands.reset(made(SSL_CONF_CTX_new()));
  SSL_CONF_CTX_set_flags(objects_->commands.get(),
                         SSL_CONF_FLAG_FILE | SSL_CONF_FLAG_SERVER | SSL_CONF_FLAG_CLIENT |
                             SSL_CONF_FLAG_CERTIFICATE | SSL_CONF_FLAG_SHOW_ERRORS);
  SSL_CONF_CTX_set_ssl_ctx(objects_->commands.get(), objects_->context.get());
}

SslContext::SslContext(SslContext&&) noexcept = default;
SslContext& SslContext::operator=(SslContext&&) noexcept = default;
SslContext::~SslContext() = default;

SslRefusal SslContext::set_ciphers(const std::string& list) {
  objects_->leaves.clear();
  return ask([&] { return SSL_CTX_set_cipher_list(objects_->context.get(), list.c_str()) != 0; });
}

SslRefusal SslContext::set_curves(const std::string& list) {
  return ask([&] { return SSL_CTX_set1_curves_list(objects_->context.get(), list.c_str()) != 0; });
}

// ssl_security_cert() asks about the key and then about the digest. Here the key is asked about
// with ours, the digest as theirs does it, and what is served is served in any case.
template <class Call>
SslRefusal SslContext::serve(const Certificate& certificate, ServedDigests digests, Call call) {
  SSL_CTX* context = objects_->context.get();
  SslRefusal refusal = ask(call);
  const bool is_of_digest = refusal && refusal->ends_with(kWeakDigest);
  if (refusal && !is_of_digest) return refusal;
  const int level = SSL_CTX_get_security_level(context);
  if (is_of_digest) {
    SSL_CTX_set_security_level(context, 0);
    refusal = ask(call);
    SSL_CTX_set_security_level(context, level);
  }
  if (refusal || digests == ServedDigests::kUnchecked) return refusal;
  const bool is_weak = !certificate.facts().self_signed &&
                       signature_bits(certificate) < security_bits_of_level(level);
  return is_weak && level > 0 ? SslRefusal(kWeakDigest) : std::nullopt;
}

SslRefusal SslContext::use_certificate(const Certificate& leaf, ServedDigests digests) {
  X509* x509 = leaf.handle().whole();
  return serve(leaf, digests,
               [&] { return SSL_CTX_use_certificate(objects_->context.get(), x509) != 0; });
}

SslRefusal SslContext::would_use(const Certificate& leaf, ServedDigests digests) {
  const std::pair question(digests, strength_of(leaf));
  const auto known = objects_->leaves.find(question);
  if (known != objects_->leaves.end()) return known->second;
  return objects_->leaves.emplace(question, use_certificate(leaf, digests)).first->second;
}

SslRefusal SslContext::set_chain(std::span<const Certificate> chain, ServedDigests digests) {
  const Owned<STACK_OF(X509), [](STACK_OF(X509) * stack) { sk_X509_free(stack); }> stack(
      made(sk_X509_new_null()));
  std::set<std::tuple<bool, int, bool, int>> seen;
  for (const Certificate& certificate : chain) {
    // OpenSSL only calls ssl_security_cert() for each, so one of several alike is enough.
    const CertificateFacts& facts = certificate.facts();
    const bool has_key = certificate.handle().has_key();
    const bool is_new =
        seen.emplace(has_key, facts.security_bits, facts.self_signed, signature_bits(certificate))
            .second;
    if (!is_new) continue;
    sk_X509_zero(stack.get());
    must(sk_X509_push(stack.get(), certificate.handle().whole()) > 0);
    const SslRefusal refusal = serve(certificate, digests, [&] {
      return SSL_CTX_set1_chain(objects_->context.get(), stack.get()) != 0;
    });
    if (refusal) return refusal;
  }
  return std::nullopt;
}

std::optional<KeyRefusal> SslContext::use_key(std::string_view pem,
                                              const std::vector<std::string_view>& passwords) {
  const OwnedKey key = read_key(pem, passwords);
  if (!key) return KeyRefusal{KeyRefusal::Step::kLoad, queue_text()};
  auto refusal =
      ask([&] { return SSL_CTX_use_PrivateKey(objects_->context.get(), key.get()) != 0; });
  if (!refusal) return std::nullopt;
  return KeyRefusal{KeyRefusal::Step::kUse, std::move(*refusal)};
}

SslRefusal SslContext::read_dh_parameters(std::string_view pem) {
  const OwnedBio bytes = reader_of(pem);
  return ask([&] {
    objects_->dh.reset(PEM_read_bio_DHparams(bytes.get(), nullptr, nullptr, nullptr));
    return objects_->dh != nullptr;
  });
}

SslRefusal SslContext::use_dh_parameters() {
  return ask([&] { return SSL_CTX_set_tmp_dh(objects_->context.get(), objects_->dh.get()) == 1; });
}

SslRefusal SslContext::run_command(const std::string& name, const std::string& value) {
  objects_->leaves.clear();
  return ask(
      [&] { return SSL_CONF_cmd(objects_->commands.get(), name.c_str(), value.c_str()) > 0; });
}

CommandValue SslContext::value_of_command(const std::string& name) const {
  switch (SSL_CONF_cmd_value_type(objects_->commands.get(), name.c_str())) {
    case SSL_CONF_TYPE_FILE: return CommandValue::kFile;
    case SSL_CONF_TYPE_DIR: return CommandValue::kDirectory;
    case SSL_CONF_TYPE_STORE: return CommandValue::kStore;
    default: return CommandValue::kText;
  }
}

SslRefusal read_ocsp_response(std::string_view der) {
  start_openssl();
  const OwnedBio bytes = reader_of(der);
  return ask(
      [&] { return OwnedOcspResponse(d2i_OCSP_RESPONSE_bio(bytes.get(), nullptr)) != nullptr; });
}

}  // namespace mtls::pki::ssl
