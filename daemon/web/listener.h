// One listening socket: bind, accept without pause, hand each connection to a Session. Out of
// descriptors it waits a moment and goes on.
#pragma once

#include <utility>  // boost/asio.hpp 1.74 forgets it for std::exchange under C++20

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>

#include "base/result.h"
#include "daemon/web/listen_address.h"
#include "daemon/web/session.h"

namespace mtls::daemon {

class Listener {
 public:
  /// kUnreadable: the kernel refuses the address. `context` as for Session.
  static base::Result<std::unique_ptr<Listener>> bind(boost::asio::io_context& loop,
                                                      const ListenAddress& address,
                                                      const WebContext& context);

  void accept_next();
  void close();
  std::string address() const;  // `[::]:10059`, with the port the kernel chose

 private:
  using Acceptor = boost::asio::ip::tcp::acceptor;

  Listener(Acceptor acceptor, const WebContext& context);
  void on_accept(const boost::system::error_code& error, boost::asio::ip::tcp::socket socket);

  Acceptor acceptor_;
  boost::asio::steady_timer pause_;
  WebContext context_;
};

}  // namespace mtls::daemon
