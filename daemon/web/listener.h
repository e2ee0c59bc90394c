// One listening socket: accept without pause, hand each connection to a Session. Out of descriptors
// it waits a moment and goes on.
#pragma once

#include <utility>  // boost/asio.hpp 1.74 forgets it for std::exchange under C++20

#include <boost/asio/steady_timer.hpp>

#include "daemon/web/acceptor.h"
#include "daemon/web/session.h"

namespace mtls::daemon {

class Listener {
 public:
  /// `context` as for Session.
  Listener(Acceptor acceptor, const WebContext& context);

  void accept_next();
  void close();

 private:
  void on_accept(const boost::system::error_code& error, Socket socket);

  Acceptor acceptor_;
  boost::asio::steady_timer pause_;
  WebContext context_;
};

}  // namespace mtls::daemon
