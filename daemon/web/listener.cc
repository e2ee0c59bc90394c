#include "daemon/web/listener.h"

#include <fcntl.h>

#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "daemon/web/peer.h"
#include "daemon/web/plain_stream.h"
#include "daemon/web/tls_stream.h"

namespace mtls::daemon {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// With no descriptor left (EMFILE, ENFILE, ENOMEM) accept fails again at once: without a pause the
// thread would spin.
constexpr std::chrono::milliseconds kPause{100};

FileDescriptor spare_descriptor() {
  return FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

std::string client_of(const Socket& socket) {
  error_code error;
  const Socket::endpoint_type peer = socket.remote_endpoint(error);
  return error ? "" : peer_of(peer.data());
}

}  // namespace

Listener::Listener(ListeningSocket socket, const WebContext& context)
    : acceptor_(std::move(socket.acceptor)),
      file_(std::move(socket.file)),
      reserve_(spare_descriptor()),
      pause_(acceptor_.get_executor()),
      context_(context) {}

void Listener::accept_next() {
  if (accepting_ || !acceptor_.is_open()) return;
  acceptor_.async_accept(
      [this](const error_code& error, Socket socket) { on_accept(error, std::move(socket)); });
  accepting_ = true;
}

void Listener::on_accept(const error_code& error, Socket socket) {
  accepting_ = false;
  if (error == asio::error::operation_aborted) return;
  if (!error) {
    serve(std::move(socket));
    return accept_next();
  }
  if (error == asio::error::connection_aborted || make_room()) return accept_next();
  pause_.expires_after(kPause);
  pause_.async_wait([this](const error_code& cancelled) {
    if (!cancelled) accept_next();
  });
}

void Listener::serve(Socket socket) {
  close_on_exec(socket.native_handle());
  if (!reserve_) reserve_ = spare_descriptor();
  std::string peer = client_of(socket);
  auto stream = stream_over(std::move(socket));
  std::make_shared<Session>(std::move(stream), std::move(peer), context_)->start();
  context_.connections.evict(Connections::Clock::now());
}

// A scrape is worth more than an idle connection, and than a descriptor nobody uses.
bool Listener::make_room() {
  if (context_.connections.evict_one(Connections::Clock::now())) return true;
  if (!reserve_) return false;
  reserve_ = FileDescriptor();
  return true;
}

std::unique_ptr<Stream> Listener::stream_over(Socket socket) {
  if (auto tls = context_.gate.tls()) {
    return std::make_unique<TlsStream>(std::move(socket), std::move(tls));
  }
  return std::make_unique<PlainStream>(std::move(socket));
}

void Listener::close() {
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  file_.reset();
}

}  // namespace mtls::daemon
