#include "pki/ssl/handshake.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <limits>

#include "pki/openssl.h"

namespace mtls::pki::ssl {
namespace {

using OwnedContext = Owned<SSL_CTX, SSL_CTX_free>;
using OwnedSsl = Owned<SSL, SSL_free>;

std::string innermost_reason() {
  const unsigned long code = ERR_peek_last_error();
  expect_memory(code);
  const char* const reason = ERR_reason_error_string(code);
  ERR_clear_error();
  return reason != nullptr ? reason : "the server ended the connection";
}

}  // namespace

struct ClientHandshake::Session {
  OwnedContext context;
  OwnedSsl ssl;
  BIO* input = nullptr;  // owned by `ssl`, like the next
  BIO* output = nullptr;
  State state = State::kUnderWay;
  Greeting greeting;
  std::string failure;

  // Called when the client has read all that the server says before it wants the certificate.
  static int asked(SSL* ssl, void* argument) {
    auto* session = static_cast<Session*>(argument);
    session->greeting.asks = true;
    const STACK_OF(X509_NAME)* names = SSL_get0_peer_CA_list(ssl);
    for (int i = 0; i < sk_X509_NAME_num(names); ++i)
      session->greeting.ca_names.insert(name_of(sk_X509_NAME_value(names, i)).canonical);
    return -1;  // stay here: SSL_ERROR_WANT_X509_LOOKUP
  }

  void see_leaf() {
    const OwnedCertificate leaf(SSL_get1_peer_certificate(ssl.get()));
    if (!leaf) return;
    auto size = static_cast<unsigned>(greeting.leaf.bytes.size());
    must(X509_digest(leaf.get(), EVP_sha256(), greeting.leaf.bytes.data(), &size) == 1);
  }
};

ClientHandshake::ClientHandshake(const std::string& sni) : session_(std::make_unique<Session>()) {
  start_openssl();
  Session& session = *session_;
  session.context.reset(made(SSL_CTX_new(TLS_client_method())));
  SSL_CTX* const context = session.context.get();
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_cert_cb(context, Session::asked, &session);
  must(SSL_CTX_set_cipher_list(context, "ALL:COMPLEMENTOFDEFAULT") == 1);
  session.ssl.reset(made(SSL_new(context)));
  session.input = made(BIO_new(BIO_s_mem()));
  session.output = BIO_new(BIO_s_mem());
  if (session.output == nullptr) BIO_free(session.input);
  must(session.output != nullptr);
  SSL_set_bio(session.ssl.get(), session.input, session.output);
  if (!sni.empty()) must(SSL_set_tlsext_host_name(session.ssl.get(), sni.c_str()) == 1);
  SSL_set_connect_state(session.ssl.get());
}

ClientHandshake::~ClientHandshake() = default;

void ClientHandshake::take(std::string_view bytes) {
  Session& session = *session_;
  if (session.state != State::kUnderWay) return;
  constexpr auto kMost = static_cast<std::size_t>(std::numeric_limits<int>::max());
  if (!bytes.empty() && bytes.size() <= kMost)
    must(BIO_write(session.input, bytes.data(), static_cast<int>(bytes.size())) > 0);
  ERR_clear_error();
  const int result = SSL_do_handshake(session.ssl.get());
  const int error = SSL_get_error(session.ssl.get(), result);
  if (result == 1 || error == SSL_ERROR_WANT_X509_LOOKUP) {
    session.see_leaf();
    session.state = State::kDone;
    return;
  }
  if (error == SSL_ERROR_WANT_READ) return;
  session.failure = innermost_reason();
  session.state = State::kFailed;
}

std::string ClientHandshake::to_send() {
  std::string bytes;
  if (session_->state == State::kDone) return bytes;
  std::array<char, 4096> part{};
  for (int got = 0; (got = BIO_read(session_->output, part.data(), part.size())) > 0;)
    bytes.append(part.data(), static_cast<std::size_t>(got));
  return bytes;
}

ClientHandshake::State ClientHandshake::state() const { return session_->state; }
const Greeting& ClientHandshake::greeting() const { return session_->greeting; }
const std::string& ClientHandshake::failure() const { return session_->failure; }

}  // namespace mtls::pki::ssl
