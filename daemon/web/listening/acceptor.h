// Turns an address into a listening socket, or takes over one that is listening already. Knows no
// HTTP. One thread at a time.
#pragma once

#include <utility>  // boost/asio.hpp 1.74 forgets it for std::exchange under C++20

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>

#include "base/result.h"
#include "daemon/web/listening/listen_address.h"
#include "daemon/web/listening/unix_socket.h"

namespace mtls::daemon::web::listening {

using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

struct ListeningSocket {
  Acceptor acceptor;
  std::optional<SocketFile> file;  // of a Unix socket that we created
};

/// The socket's accept4(2) does not block, and accepted sockets inherit its options. Replaces the
/// file of a Unix socket that nobody listens on, but no other file. kUnreadable: the kernel refuses
/// the address.
base::Result<ListeningSocket> listen_on(boost::asio::io_context& loop,
                                        const ListenAddress& address);

/// Takes over a descriptor that somebody else bound, such as systemd. kUnreadable: it is not a
/// listening stream socket.
base::Result<ListeningSocket> adopt(boost::asio::io_context& loop, int fd);

/// `[::]:10059`, with the port that the kernel chose, or `unix:/PATH`.
std::string name_of(const Acceptor& acceptor);

}  // namespace mtls::daemon::web::listening
