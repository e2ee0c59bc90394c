#include "daemon/web/listening/acceptor.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <cstring>
#include <sstream>

#include "base/text.h"

namespace mtls::daemon::web::listening {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::local::stream_protocol;
using boost::system::error_code;

// Otherwise the kernel would buffer megabytes of an answer that nobody reads, and the write
// deadline would never notice a slow reader. The default of a Unix socket is smaller than this.
constexpr int kSendBufferBytes = 256 * 1024;

// Accepted sockets inherit the options (tcp(7), sk_clone_lock() of the kernel), which saves two
// calls for each connection of a flood.
void set_up(Acceptor& acceptor) {
  error_code ignored;  // a Unix socket has no TCP_NODELAY
  acceptor.set_option(tcp::no_delay(true), ignored);
  acceptor.set_option(asio::socket_base::send_buffer_size(kSendBufferBytes), ignored);
  acceptor.non_blocking(true, ignored);
}

// Asio 1.74 opens sockets without it. The daemon starts no programs, so none can inherit the socket
// in between.
void close_on_exec(int fd) { ::fcntl(fd, F_SETFD, FD_CLOEXEC); }

std::string text(const tcp::endpoint& endpoint) {
  std::ostringstream out;
  out << endpoint;
  return out.str();
}

tl::unexpected<base::Error> refused(const std::string& name, const error_code& error) {
  return base::fail(base::ErrorCode::kUnreadable,
                    "cannot listen on " + name + ": " + error.message() +
                        "; choose another address with --web.listen-address");
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
  step([&] { set_up(acceptor); });
  step([&] { acceptor.listen(Acceptor::max_listen_connections, error); });
  return error;
}

bool no_ipv6(const error_code& error) {
  return error == boost::system::errc::address_family_not_supported ||
         error == boost::system::errc::address_not_available;
}

base::Result<ListeningSocket> listen_on_tcp(asio::io_context& loop, const TcpAddress& address) {
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
  if (error) return refused(text(endpoint), error);
  return ListeningSocket{std::move(acceptor), std::nullopt};
}

// Nobody can connect before listen(2), so setting the mode before that leaves no gap.
base::Result<ListeningSocket> listen_on_unix(asio::io_context& loop, const std::string& path) {
  const std::string name = "unix:" + base::sanitize(path, base::kMaxPathBytes);
  const stream_protocol::endpoint endpoint(path);
  Acceptor acceptor(loop);
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (error) return refused(name, error);
  close_on_exec(acceptor.native_handle());
  set_up(acceptor);
  acceptor.bind(endpoint, error);
  if (error == asio::error::address_in_use && is_stale_socket(path)) {
    ::unlink(path.c_str());
    acceptor.bind(endpoint, error);
  }
  if (error) return refused(name, error);
  ListeningSocket socket{std::move(acceptor), SocketFile(path)};
  if (::chmod(path.c_str(), kSocketMode) != 0) {
    return refused(name, {errno, boost::system::system_category()});
  }
  socket.acceptor.listen(Acceptor::max_listen_connections, error);
  if (error) return refused(name, error);
  return socket;
}

int option(int fd, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

}  // namespace

base::Result<ListeningSocket> listen_on(asio::io_context& loop, const ListenAddress& address) {
  if (const auto* local = std::get_if<UnixAddress>(&address)) {
    return listen_on_unix(loop, local->path);
  }
  return listen_on_tcp(loop, std::get<TcpAddress>(address));
}

base::Result<ListeningSocket> adopt(asio::io_context& loop, int fd) {
  if (option(fd, SO_TYPE) != SOCK_STREAM || option(fd, SO_ACCEPTCONN) != 1) {
    return base::fail(base::ErrorCode::kUnreadable,
                      "descriptor " + std::to_string(fd) +
                          " is not a listening stream socket; the socket unit needs ListenStream= "
                          "and Accept=no");
  }
  close_on_exec(fd);
  Acceptor acceptor(loop);
  acceptor.assign({option(fd, SO_DOMAIN), 0}, fd);
  set_up(acceptor);
  return ListeningSocket{std::move(acceptor), std::nullopt};
}

std::string name_of(const Acceptor& acceptor) {
  error_code ignored;
  const Acceptor::endpoint_type bound = acceptor.local_endpoint(ignored);
  if (bound.data()->sa_family == AF_UNIX) {
    stream_protocol::endpoint endpoint;
    std::memcpy(endpoint.data(), bound.data(), bound.size());
    endpoint.resize(bound.size());
    return "unix:" + base::sanitize(endpoint.path(), base::kMaxPathBytes);
  }
  tcp::endpoint endpoint;
  std::memcpy(endpoint.data(), bound.data(), std::min(bound.size(), endpoint.capacity()));
  return text(endpoint);
}

}  // namespace mtls::daemon::web::listening
