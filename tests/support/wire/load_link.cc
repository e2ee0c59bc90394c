#include "tests/support/wire/load_link.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "tests/support/wire/tls_pieces.h"

namespace mtls::testing {
namespace {

daemon::system::FileDescriptor begin_connection(std::uint16_t port, int receive_buffer) {
  daemon::system::FileDescriptor fd(
      ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;  // as Go's clients do
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (receive_buffer > 0) {
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  [[maybe_unused]] const int under_way =
      ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
  return fd;
}

bool comes_later(int error) { return error == EAGAIN || error == ENOTCONN; }

Ssl begin_tls(int fd) {
  static const SslContext kContext = client_context();
  Ssl ssl(SSL_new(kContext.get()));
  SSL_set_fd(ssl.get(), fd);
  SSL_set_connect_state(ssl.get());
  SSL_set_mode(ssl.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return ssl;
}

}  // namespace

struct LoadLink::Open {
  Open(const LoadTarget& target, int receive_buffer)
      : socket(begin_connection(target.port, receive_buffer)) {
    if (target.transport == Transport::kTls) tls = begin_tls(socket.get());
  }

  /// SSL_get_error(3) for `call`. The error queue is empty before and after.
  template <class Call>
  int ask_tls(const Call& call) {
    ERR_clear_error();
    errno = 0;
    const int state = SSL_get_error(tls.get(), call(tls.get()));
    ERR_clear_error();
    // The connection is not established yet: write(2) fails with EAGAIN, read(2) with ENOTCONN.
    return state == SSL_ERROR_SYSCALL && errno == ENOTCONN ? SSL_ERROR_WANT_WRITE : state;
  }

  daemon::system::FileDescriptor socket;
  Ssl tls;  // null: plain
};

namespace {

LoadLink::State state_of(int ssl_error) {
  switch (ssl_error) {
    case SSL_ERROR_NONE: return LoadLink::State::kDone;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return LoadLink::State::kLater;
    default: return LoadLink::State::kFailed;
  }
}

}  // namespace

LoadLink::LoadLink() = default;
LoadLink::LoadLink(const LoadTarget& target, int receive_buffer)
    : open_(std::make_unique<Open>(target, receive_buffer)) {}
LoadLink::~LoadLink() = default;
LoadLink::LoadLink(LoadLink&&) noexcept = default;
LoadLink& LoadLink::operator=(LoadLink&&) noexcept = default;

int LoadLink::fd() const { return open_->socket.get(); }

LoadLink::State LoadLink::greet() {
  if (!open_->tls) return State::kDone;
  const int error = open_->ask_tls([](SSL* tls) { return SSL_do_handshake(tls); });
  return error == SSL_ERROR_WANT_READ ? State::kDone : state_of(error);
}

LoadLink::State LoadLink::shake_hands() {
  if (!open_->tls) return State::kDone;
  return state_of(open_->ask_tls([](SSL* tls) { return SSL_do_handshake(tls); }));
}

LoadLink::State LoadLink::send(std::string_view bytes) {
  if (open_->tls) {
    return state_of(open_->ask_tls([bytes](SSL* tls) {
      return SSL_write(tls, bytes.data(), static_cast<int>(bytes.size()));
    }));
  }
  const ssize_t n = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (n == static_cast<ssize_t>(bytes.size())) return State::kDone;
  return n < 0 && comes_later(errno) ? State::kLater : State::kFailed;
}

LoadLink::Received LoadLink::receive(char* into, std::size_t limit) {
  if (!open_->tls) {
    const ssize_t n = ::recv(fd(), into, limit, 0);
    if (n >= 0) return {State::kDone, static_cast<std::size_t>(n)};
    return {comes_later(errno) ? State::kLater : State::kFailed, 0};
  }
  std::size_t bytes = 0;
  const int error =
      open_->ask_tls([&](SSL* tls) { return SSL_read_ex(tls, into, limit, &bytes) == 1 ? 1 : 0; });
  if (error == SSL_ERROR_ZERO_RETURN) return {State::kDone, 0};
  return {state_of(error), bytes};
}

bool LoadLink::discard(std::size_t limit) {
  std::array<char, 4096> scratch{};
  const ssize_t n = ::recv(fd(), scratch.data(), std::min(limit, scratch.size()), 0);
  return n > 0 || (n < 0 && comes_later(errno));
}

}  // namespace mtls::testing
