// One listening socket: accept without pause, hand each connection to a Session. Out of descriptors
// it hangs up on who waits longest, spends a descriptor kept for that, or waits a moment.
#pragma once

#include <utility>  // boost/asio.hpp 1.74 forgets it for std::exchange under C++20

#include <boost/asio/steady_timer.hpp>
#include <optional>

#include "daemon/file_descriptor.h"
#include "daemon/web/acceptor.h"
#include "daemon/web/session.h"

namespace mtls::daemon {

class Listener {
 public:
  /// `context` as for Session.
  Listener(ListeningSocket socket, const WebContext& context);

  /// Does nothing while one is waited for.
  void accept_next();
  void close();

 private:
  void on_accept(const boost::system::error_code& error, Socket socket);
  void serve(Socket socket);
  bool make_room();
  std::unique_ptr<Stream> stream_over(Socket socket);

  Acceptor acceptor_;
  bool accepting_ = false;
  std::optional<SocketFile> file_;
  FileDescriptor reserve_;  // given up to accept one more when there is none left
  boost::asio::steady_timer pause_;
  WebContext context_;
};

}  // namespace mtls::daemon
