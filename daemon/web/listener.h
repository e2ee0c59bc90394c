// One listening socket: accepts many connections at a time, so that the kernel's queue does not
// overflow, and hands each to a Session. When descriptors run out it closes the connection that has
// waited longest, uses a descriptor kept for that, or pauses. Web thread only.
#pragma once

#include <sys/socket.h>

#include <utility>  // boost/asio.hpp 1.74 forgets it for std::exchange under C++20

#include <boost/asio/steady_timer.hpp>
#include <optional>

#include "daemon/system/file_descriptor.h"
#include "daemon/web/listening/acceptor.h"
#include "daemon/web/session.h"

namespace mtls::daemon::web {

class Listener {
 public:
  /// `context`: as for Session.
  Listener(listening::ListeningSocket socket, const WebContext& context);

  /// Accepts the next connections; does nothing if it is already waiting for some.
  void accept_next();
  void close();

 private:
  enum class Accepted { kOne, kNoneLeft, kNoDescriptor };
  void on_readable(const boost::system::error_code& error);
  Accepted accept_one();
  void serve(system::FileDescriptor fd, const sockaddr& peer);
  void pause();
  bool make_room();
  std::unique_ptr<tls::Stream> stream_over(tls::Socket socket);

  listening::Acceptor acceptor_;
  bool waiting_ = false;
  std::optional<listening::SocketFile> file_;
  system::FileDescriptor reserve_;  // closed to accept one more when no other is left
  boost::asio::steady_timer pause_;
  WebContext context_;
};

}  // namespace mtls::daemon::web
