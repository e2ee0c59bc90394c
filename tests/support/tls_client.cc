#include "tests/support/tls_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sstream>
#include <stdexcept>

#include "base/owned.h"

namespace mtls::testing {
namespace {

using SslContext = base::Owned<SSL_CTX, SSL_CTX_free>;
using Ssl = base::Owned<SSL, SSL_free>;
using Bio = base::Owned<BIO, BIO_free_all>;
using Certificate = base::Owned<X509, X509_free>;
using Key = base::Owned<EVP_PKEY, EVP_PKEY_free>;

/// A TCP connection; errno tells why there is none.
class Connection {
 public:
  Connection(const std::string& host, std::uint16_t port)
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval limit{.tv_sec = 5, .tv_usec = 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = inet_addr(host.c_str());
    connected_ = connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Connection() { close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  int fd() const { return fd_; }
  bool connected() const { return connected_; }

 private:
  int fd_;
  bool connected_ = false;
};

Bio memory(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string error_text(SSL* ssl, int returned) {
  const int kind = SSL_get_error(ssl, returned);
  const int system = errno;
  const unsigned long code = ERR_peek_error();
  ERR_clear_error();
  if (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE) return "timed out";
  if (code == 0) return system != 0 ? std::strerror(system) : "connection closed";
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

/// SSL_MODE_NO_AUTO_CHAIN: exactly the certificates given, none that OpenSSL finds in a store.
void use_client_chain(SSL* ssl, const TlsRequest& request) {
  SSL_set_mode(ssl, SSL_MODE_NO_AUTO_CHAIN);
  const Bio chain = memory(request.client_chain_pem);
  const Bio key_bio = memory(request.client_key_pem);
  const Certificate leaf(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
  const Key key(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr));
  if (!leaf || !key || SSL_use_certificate(ssl, leaf.get()) != 1 ||
      SSL_use_PrivateKey(ssl, key.get()) != 1) {
    throw std::runtime_error("client certificate or key unusable: " + error_text(ssl, 0));
  }
  while (const Certificate more{PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)}) {
    SSL_add1_chain_cert(ssl, more.get());
  }
  ERR_clear_error();  // "no start line" at the end of the chain
}

std::string rfc2253(const X509_NAME* name) {
  const Bio out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::vector<std::string> advertised_names(const SSL* ssl) {
  std::vector<std::string> names;
  const STACK_OF(X509_NAME)* list = SSL_get0_peer_CA_list(ssl);
  for (int i = 0; i < sk_X509_NAME_num(list); ++i) {
    names.push_back(rfc2253(sk_X509_NAME_value(list, i)));
  }
  return names;
}

void parse_response(const std::string& response, TlsAnswer& answer) {
  const std::size_t head_end = std::min(response.find("\r\n\r\n"), response.size());
  std::istringstream head(response.substr(0, head_end));
  std::string version;
  head >> version >> answer.status;
  std::string line;
  std::getline(head, line);  // the rest of the status line
  while (std::getline(head, line)) {
    if (line.ends_with('\r')) line.pop_back();
    const std::size_t colon = std::min(line.find(':'), line.size());
    std::string name = line.substr(0, colon);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    const std::size_t value = line.find_first_not_of(" \t", colon + 1);
    answer.headers[name] = value == std::string::npos ? "" : line.substr(value);
  }
  if (head_end < response.size()) answer.body = response.substr(head_end + 4);
}

void exchange(SSL* ssl, const TlsRequest& request, TlsAnswer& answer) {
  const std::string text = "GET " + request.path + " HTTP/1.1\r\nHost: " + request.host +
                           "\r\nConnection: close\r\n\r\n";
  int returned = SSL_write(ssl, text.data(), static_cast<int>(text.size()));
  if (returned <= 0) {
    answer.error = error_text(ssl, returned);
    return;
  }
  std::string response;
  std::array<char, 16384> buffer{};
  while ((returned = SSL_read(ssl, buffer.data(), static_cast<int>(buffer.size()))) > 0) {
    response.append(buffer.data(), static_cast<std::size_t>(returned));
  }
  if (SSL_get_error(ssl, returned) != SSL_ERROR_ZERO_RETURN) {
    answer.error = error_text(ssl, returned);
  }
  parse_response(response, answer);
}

/// Level 0 lets weak keys and digests be sent. nginx may close without close_notify.
SslContext client_context() {
  SslContext context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  return context;
}

}  // namespace

TlsAnswer request(const TlsRequest& request) {
  [[maybe_unused]] static const auto kPrevious = std::signal(SIGPIPE, SIG_IGN);
  TlsAnswer answer;
  const SslContext context = client_context();
  const Ssl ssl(SSL_new(context.get()));
  if (!request.client_chain_pem.empty()) use_client_chain(ssl.get(), request);
  if (request.sni) SSL_set_tlsext_host_name(ssl.get(), request.sni->c_str());
  if (!request.tls12_ciphers.empty()) {
    SSL_set_max_proto_version(ssl.get(), TLS1_2_VERSION);
    SSL_set_cipher_list(ssl.get(), request.tls12_ciphers.c_str());
  }
  if (!request.takes_tickets) SSL_set_options(ssl.get(), SSL_OP_NO_TICKET);
  if (request.resume) SSL_set_session(ssl.get(), request.resume.get());

  const Connection connection(request.address, request.port);
  if (!connection.connected()) {
    answer.error = std::strerror(errno);
    return answer;
  }
  SSL_set_fd(ssl.get(), connection.fd());
  const int returned = SSL_connect(ssl.get());
  answer.ca_names = advertised_names(ssl.get());
  if (returned != 1) {
    answer.error = error_text(ssl.get(), returned);
    return answer;
  }
  exchange(ssl.get(), request, answer);
  answer.resumed = SSL_session_reused(ssl.get()) == 1;
  // Only now: TLS 1.3 tickets arrive after the handshake, with the response.
  answer.session.reset(SSL_get1_session(ssl.get()), SSL_SESSION_free);
  // Without this, SSL_free would mark the session as not resumable (SSL_clear_bad_session).
  SSL_shutdown(ssl.get());
  return answer;
}

}  // namespace mtls::testing
