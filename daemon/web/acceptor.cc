#include "daemon/web/acceptor.h"

#include <fcntl.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <cstring>
#include <sstream>

namespace mtls::daemon {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Endpoint = Acceptor::endpoint_type;

std::string text(const tcp::endpoint& endpoint) {
  std::ostringstream out;
  out << endpoint;
  return out.str();
}

error_code open(Acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error;
  const auto step = [&](auto&& action) {
    if (!error) action();
  };
  step([&] { acceptor.open(endpoint.protocol(), error); });
  step([&] { close_on_exec(acceptor.native_handle()); });
  step([&] { acceptor.set_option(Acceptor::reuse_address(true), error); });
  if (endpoint.address() == asio::ip::address_v6::any()) {
    step([&] { acceptor.set_option(asio::ip::v6_only(false), error); });
  }
  step([&] { acceptor.bind(endpoint, error); });
  step([&] { acceptor.listen(Acceptor::max_listen_connections, error); });
  return error;
}

bool no_ipv6(const error_code& error) {
  return error == boost::system::errc::address_family_not_supported ||
         error == boost::system::errc::address_not_available;
}

}  // namespace

base::Result<Acceptor> listen_on(asio::io_context& loop, const ListenAddress& address) {
  error_code error;
  tcp::endpoint endpoint(asio::ip::address_v6::any(), address.port);
  if (address.host) endpoint.address(asio::ip::make_address(*address.host, error));
  Acceptor acceptor(loop);
  if (!error) error = open(acceptor, endpoint);
  if (!address.host && no_ipv6(error)) {
    endpoint.address(asio::ip::address_v4::any());
    acceptor = Acceptor(loop);
    error = open(acceptor, endpoint);
  }
  if (!error) return acceptor;
  return base::fail(base::ErrorCode::kUnreadable,
                    "cannot listen on " + text(endpoint) + ": " + error.message() +
                        "; choose another address with --web.listen-address");
}

std::string name_of(const Acceptor& acceptor) {
  error_code ignored;
  const Endpoint bound = acceptor.local_endpoint(ignored);
  tcp::endpoint endpoint;
  std::memcpy(endpoint.data(), bound.data(), std::min(bound.size(), endpoint.capacity()));
  return text(endpoint);
}

void close_on_exec(int fd) { ::fcntl(fd, F_SETFD, FD_CLOEXEC); }

}  // namespace mtls::daemon
