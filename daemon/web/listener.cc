#include "daemon/web/listener.h"

#include <fcntl.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <sstream>

namespace mtls::daemon {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// With no descriptor left (EMFILE, ENFILE, ENOMEM) accept fails again at once: without a pause the
// thread would spin.
constexpr std::chrono::milliseconds kPause{100};

std::string text(const tcp::endpoint& endpoint) {
  std::ostringstream out;
  out << endpoint;
  return out.str();
}

// Asio 1.74 opens sockets without it. The daemon starts no programs, so nothing can slip in
// between.
void close_on_exec(int fd) { ::fcntl(fd, F_SETFD, FD_CLOEXEC); }

error_code open(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error;
  const auto step = [&](auto&& action) {
    if (!error) action();
  };
  step([&] { acceptor.open(endpoint.protocol(), error); });
  step([&] { close_on_exec(acceptor.native_handle()); });
  step([&] { acceptor.set_option(tcp::acceptor::reuse_address(true), error); });
  if (endpoint.address() == asio::ip::address_v6::any()) {
    step([&] { acceptor.set_option(asio::ip::v6_only(false), error); });
  }
  step([&] { acceptor.bind(endpoint, error); });
  step([&] { acceptor.listen(asio::socket_base::max_listen_connections, error); });
  return error;
}

bool no_ipv6(const error_code& error) {
  return error == boost::system::errc::address_family_not_supported ||
         error == boost::system::errc::address_not_available;
}

}  // namespace

Listener::Listener(Acceptor acceptor, const WebContext& context)
    : acceptor_(std::move(acceptor)), pause_(acceptor_.get_executor()), context_(context) {}

base::Result<std::unique_ptr<Listener>> Listener::bind(asio::io_context& loop,
                                                       const ListenAddress& address,
                                                       const WebContext& context) {
  error_code error;
  tcp::endpoint endpoint(asio::ip::address_v6::any(), address.port);
  if (address.host) endpoint.address(asio::ip::make_address(*address.host, error));
  tcp::acceptor acceptor(loop);
  if (!error) error = open(acceptor, endpoint);
  if (!address.host && no_ipv6(error)) {
    endpoint.address(asio::ip::address_v4::any());
    acceptor = tcp::acceptor(loop);
    error = open(acceptor, endpoint);
  }
  if (error) {
    return base::fail(base::ErrorCode::kUnreadable,
                      "cannot listen on " + text(endpoint) + ": " + error.message() +
                          "; choose another address with --web.listen-address");
  }
  return std::unique_ptr<Listener>(new Listener(std::move(acceptor), context));
}

void Listener::accept_next() {
  acceptor_.async_accept(
      [this](const error_code& error, tcp::socket socket) { on_accept(error, std::move(socket)); });
}

void Listener::on_accept(const error_code& error, tcp::socket socket) {
  if (error == asio::error::operation_aborted) return;
  if (!error) {
    close_on_exec(socket.native_handle());
    std::make_shared<Session>(std::move(socket), context_)->start();
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

std::string Listener::address() const {
  error_code ignored;
  return text(acceptor_.local_endpoint(ignored));
}

}  // namespace mtls::daemon
