#include "tests/support/wire/tls_pieces.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>

namespace mtls::testing {
namespace {

using Bio = base::Owned<BIO, BIO_free_all>;
using Key = base::Owned<EVP_PKEY, EVP_PKEY_free>;

Bio memory(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

}  // namespace

SslContext client_context() {
  [[maybe_unused]] static const auto kPrevious = std::signal(SIGPIPE, SIG_IGN);
  SslContext context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  return context;
}

void use_client_chain(SSL* ssl, const std::string& chain_pem, const std::string& key_pem) {
  SSL_set_mode(ssl, SSL_MODE_NO_AUTO_CHAIN);
  const Bio chain = memory(chain_pem);
  const Bio key_bio = memory(key_pem);
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

std::string error_text(const SSL* ssl, int returned) {
  const int system = errno;
  const int kind = SSL_get_error(ssl, returned);
  const unsigned long code = ERR_peek_error();
  ERR_clear_error();
  if (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE) return "timed out";
  if (code == 0) return system != 0 ? std::strerror(system) : "connection closed";
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

std::string rfc2253(const X509_NAME* name) {
  const Bio out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

daemon::system::FileDescriptor connect_to(const Endpoint& endpoint) {
  daemon::system::FileDescriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval limit{.tv_sec = endpoint.timeout.count(), .tv_usec = 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint.port);
  address.sin_addr.s_addr = ::inet_addr(endpoint.address.c_str());
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(fd.get(), generic, sizeof address) == 0) return fd;
  const int error = errno;
  fd = daemon::system::FileDescriptor();
  errno = error;
  return fd;
}

}  // namespace mtls::testing
