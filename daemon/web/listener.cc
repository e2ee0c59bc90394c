#include "daemon/web/listener.h"

#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <memory>

#include "daemon/web/plain_stream.h"

namespace mtls::daemon {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// With no descriptor left (EMFILE, ENFILE, ENOMEM) accept fails again at once: without a pause the
// thread would spin.
constexpr std::chrono::milliseconds kPause{100};

}  // namespace

Listener::Listener(Acceptor acceptor, const WebContext& context)
    : acceptor_(std::move(acceptor)), pause_(acceptor_.get_executor()), context_(context) {}

void Listener::accept_next() {
  acceptor_.async_accept(
      [this](const error_code& error, Socket socket) { on_accept(error, std::move(socket)); });
}

void Listener::on_accept(const error_code& error, Socket socket) {
  if (error == asio::error::operation_aborted) return;
  if (!error) {
    close_on_exec(socket.native_handle());
    auto stream = std::make_unique<PlainStream>(std::move(socket));
    std::make_shared<Session>(std::move(stream), context_)->start();
    context_.connections.evict(Connections::Clock::now());
    return accept_next();
  }
  if (error == asio::error::connection_aborted) return accept_next();
  pause_.expires_after(kPause);
  pause_.async_wait([this](const error_code& cancelled) {
    if (!cancelled) accept_next();
  });
}

void Listener::close() {
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

}  // namespace mtls::daemon
