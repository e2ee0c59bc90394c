#include "tests/support/tls_connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include "base/owned.h"

namespace mtls::testing {
namespace {

using Context = base::Owned<SSL_CTX, SSL_CTX_free>;
using Ssl = base::Owned<SSL, SSL_free>;
using Bio = base::Owned<BIO, BIO_free>;
using Certificate = base::Owned<X509, X509_free>;
using Key = base::Owned<EVP_PKEY, EVP_PKEY_free>;

void demand(long returned, const char* what) {
  if (returned != 1) throw std::runtime_error(std::string("TLS client: ") + what);
}

Bio memory(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

void use_certificate(SSL_CTX* context, const TlsClient& client) {
  const Certificate leaf(
      PEM_read_bio_X509(memory(client.certificate_pem).get(), nullptr, nullptr, nullptr));
  const Key key(PEM_read_bio_PrivateKey(memory(client.key_pem).get(), nullptr, nullptr, nullptr));
  demand(SSL_CTX_use_certificate(context, leaf.get()), "certificate");
  demand(SSL_CTX_use_PrivateKey(context, key.get()), "key");
}

// Level 0 lets old versions be asked for.
Context context_for(const TlsClient& client) {
  Context context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_security_level(context.get(), 0);
  demand(SSL_CTX_set_min_proto_version(context.get(), client.lowest), "lowest version");
  demand(SSL_CTX_set_max_proto_version(context.get(), client.highest), "highest version");
  if (!client.ciphers.empty()) {
    demand(SSL_CTX_set_cipher_list(context.get(), client.ciphers.c_str()), "ciphers");
  }
  if (!client.curves.empty()) {
    demand(SSL_CTX_set1_groups_list(context.get(), client.curves.c_str()), "curves");
  }
  if (!client.certificate_pem.empty()) use_certificate(context.get(), client);
  return context;
}

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  static_cast<void>(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address));
  return fd;
}

std::string rfc2253(const X509_NAME* name) {
  const Bio out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

struct TlsConnection::Open {
  explicit Open(const TlsClient& client, std::uint16_t port)
      : context(context_for(client)), ssl(SSL_new(context.get())), fd(connect_to(port)) {
    SSL_set_fd(ssl.get(), fd);
  }
  ~Open() { ::close(fd); }
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;

  bool succeeded(int returned) {
    if (returned > 0) return true;
    std::array<char, 256> text{};
    ERR_error_string_n(ERR_peek_error(), text.data(), text.size());
    error = ERR_peek_error() == 0 ? "connection closed" : text.data();
    ERR_clear_error();
    return false;
  }

  bool receive(std::string& into) {
    std::array<char, 16384> buffer{};
    const int n = SSL_read(ssl.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (!succeeded(n)) return false;
    into.append(buffer.data(), static_cast<std::size_t>(n));
    return true;
  }

  Context context;
  Ssl ssl;
  int fd;
  bool connected = false;
  std::string error;
};

TlsConnection::TlsConnection(std::uint16_t port, const TlsClient& client) {
  [[maybe_unused]] static const auto kPrevious = std::signal(SIGPIPE, SIG_IGN);
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
