// An address as a socket that listens. Knows no HTTP.
#pragma once

#include <utility>  // boost/asio.hpp 1.74 forgets it for std::exchange under C++20

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <string>

#include "base/result.h"
#include "daemon/web/listen_address.h"

namespace mtls::daemon {

using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

/// kUnreadable: the kernel refuses the address.
base::Result<Acceptor> listen_on(boost::asio::io_context& loop, const ListenAddress& address);

/// `[::]:10059`, with the port the kernel chose.
std::string name_of(const Acceptor& acceptor);

/// Asio 1.74 opens sockets without it. The daemon starts no programs, so nothing can slip in
/// between.
void close_on_exec(int fd);

}  // namespace mtls::daemon
