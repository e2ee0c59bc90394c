#include "tests/support/wire/tls_connection.h"

#include <openssl/err.h>

#include <array>
#include <cstdlib>
#include <stdexcept>

#include "tests/support/wire/tls_pieces.h"

namespace mtls::testing {
namespace {

void demand(long returned, const char* what) {
  if (returned != 1) throw std::runtime_error(std::string("TLS client: ") + what);
}

Ssl session_of(SSL_CTX* context, const TlsClient& client) {
  Ssl ssl(SSL_new(context));
  demand(SSL_set_min_proto_version(ssl.get(), client.lowest), "lowest version");
  demand(SSL_set_max_proto_version(ssl.get(), client.highest), "highest version");
  if (!client.ciphers.empty()) {
    demand(SSL_set_cipher_list(ssl.get(), client.ciphers.c_str()), "ciphers");
  }
  if (!client.curves.empty()) {
    demand(SSL_set1_groups_list(ssl.get(), client.curves.c_str()), "curves");
  }
  if (!client.certificate_pem.empty()) {
    use_client_chain(ssl.get(), client.certificate_pem, client.key_pem);
  }
  return ssl;
}

}  // namespace

struct TlsConnection::Open {
  Open(const TlsClient& client, std::uint16_t port)
      : context(client_context()),
        ssl(session_of(context.get(), client)),
        socket(connect_to({.port = port})) {
    SSL_set_fd(ssl.get(), socket.get());
  }

  bool succeeded(int returned) {
    if (returned > 0) return true;
    error = error_text(ssl.get(), returned);
    return false;
  }

  bool receive(std::string& into) {
    std::array<char, 16384> buffer{};
    const int n = SSL_read(ssl.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (!succeeded(n)) return false;
    into.append(buffer.data(), static_cast<std::size_t>(n));
    return true;
  }

  SslContext context;
  Ssl ssl;
  daemon::system::FileDescriptor socket;
  bool connected = false;
  std::string error;
};

TlsConnection::TlsConnection(std::uint16_t port, const TlsClient& client) {
  ERR_clear_error();
  open_ = std::make_unique<Open>(client, port);
  open_->connected = open_->succeeded(SSL_connect(open_->ssl.get()));
}

TlsConnection::~TlsConnection() = default;
TlsConnection::TlsConnection(TlsConnection&&) noexcept = default;

bool TlsConnection::connected() const { return open_->connected; }
const std::string& TlsConnection::error() const { return open_->error; }

HttpAnswer TlsConnection::ask(std::string_view bytes) {
  Open& open = *open_;
  if (!open.connected) return {};
  if (!open.succeeded(SSL_write(open.ssl.get(), bytes.data(), static_cast<int>(bytes.size())))) {
    return {};
  }
  std::string received;
  while (received.find("\r\n\r\n") == std::string::npos) {
    if (!open.receive(received)) return {};
  }
  const std::size_t head_end = received.find("\r\n\r\n") + 2;
  HttpAnswer answer = parse_answer_head(std::string_view(received).substr(0, head_end));
  const std::size_t length = std::strtoull(answer.headers["content-length"].c_str(), nullptr, 10);
  while (received.size() < head_end + 2 + length) {
    if (!open.receive(received)) return {};
  }
  answer.body = received.substr(head_end + 2);
  return answer;
}

std::string TlsConnection::server_subject() const {
  const Certificate certificate(SSL_get1_peer_certificate(open_->ssl.get()));
  return certificate ? rfc2253(X509_get_subject_name(certificate.get())) : "";
}

std::string TlsConnection::version() const { return SSL_get_version(open_->ssl.get()); }
std::string TlsConnection::cipher() const { return SSL_get_cipher_name(open_->ssl.get()); }

bool TlsConnection::offers_resumption() const {
  return SSL_SESSION_is_resumable(SSL_get0_session(open_->ssl.get())) == 1;
}

bool TlsConnection::renegotiate() {
  SSL* ssl = open_->ssl.get();
  return SSL_renegotiate(ssl) == 1 && open_->succeeded(SSL_do_handshake(ssl));
}

}  // namespace mtls::testing
