#include "daemon/web/listener.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <boost/system/error_code.hpp>
#include <cerrno>
#include <chrono>
#include <memory>
#include <string>

#include "daemon/web/listening/peer.h"
#include "daemon/web/tls/plain_stream.h"
#include "daemon/web/tls/tls_stream.h"

namespace mtls::daemon::web {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// Without descriptors or memory (EMFILE, ENFILE, ENOMEM) accept fails again at once; without a
// pause the thread would spin.
constexpr std::chrono::milliseconds kPause{100};

// The kernel's queue of 4,096 connections (somaxconn) must not overflow while others are being
// served: a client whose SYN is dropped tries again only after a second. One batch takes about a
// millisecond.
constexpr int kBatch = 128;

system::FileDescriptor spare_descriptor() {
  return system::FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

// Errors of accept(2) that concern a connection which is already gone.
bool is_of_the_connection(int error) {
  return error == ECONNABORTED || error == EINTR || error == EPROTO;
}

}  // namespace

Listener::Listener(listening::ListeningSocket socket, const WebContext& context)
    : acceptor_(std::move(socket.acceptor)),
      file_(std::move(socket.file)),
      reserve_(spare_descriptor()),
      pause_(acceptor_.get_executor()),
      context_(context) {}

void Listener::accept_next() {
  if (waiting_ || !acceptor_.is_open()) return;
  acceptor_.async_wait(listening::Acceptor::wait_read,
                       [this](const error_code& error) { on_readable(error); });
  waiting_ = true;
}

void Listener::on_readable(const error_code& error) {
  waiting_ = false;
  if (error) return;  // closed
  for (int i = 0; i < kBatch; ++i) {
    const Accepted accepted = accept_one();
    if (accepted == Accepted::kNoneLeft) break;
    if (accepted == Accepted::kNoDescriptor && !make_room()) return pause();
  }
  accept_next();
}

Listener::Accepted Listener::accept_one() {
  sockaddr_storage storage{};
  auto* const address = reinterpret_cast<sockaddr*>(&storage);
  socklen_t size = sizeof storage;
  system::FileDescriptor fd(
      ::accept4(acceptor_.native_handle(), address, &size, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (fd) {
    serve(std::move(fd), *address);
    return Accepted::kOne;
  }
  if (errno == EAGAIN) return Accepted::kNoneLeft;
  return is_of_the_connection(errno) ? Accepted::kOne : Accepted::kNoDescriptor;
}

void Listener::serve(system::FileDescriptor fd, const sockaddr& peer) {
  if (!reserve_) reserve_ = spare_descriptor();
  tls::Socket socket(acceptor_.get_executor());
  error_code error;
  socket.assign({peer.sa_family, 0}, fd.get(), error);
  if (error) return;  // the kernel allows no further descriptor in the epoll set
  fd.release();
  auto stream = stream_over(std::move(socket));
  std::make_shared<Session>(std::move(stream), listening::peer_of(&peer), context_)->start();
  context_.connections.evict(Connections::Clock::now());
}

void Listener::pause() {
  pause_.expires_after(kPause);
  pause_.async_wait([this](const error_code& cancelled) {
    if (!cancelled) accept_next();
  });
}

// A scrape is worth more than an idle connection or an unused descriptor.
bool Listener::make_room() {
  if (context_.connections.evict_one(Connections::Clock::now())) return true;
  if (!reserve_) return false;
  reserve_ = system::FileDescriptor();
  return true;
}

std::unique_ptr<tls::Stream> Listener::stream_over(tls::Socket socket) {
  if (auto tls = context_.gate.tls()) {
    return std::make_unique<tls::TlsStream>(std::move(socket), std::move(tls));
  }
  return std::make_unique<tls::PlainStream>(std::move(socket));
}

void Listener::close() {
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  file_.reset();
}

}  // namespace mtls::daemon::web
