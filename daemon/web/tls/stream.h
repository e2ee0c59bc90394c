// The bytes of one connection, whatever carries them: what a Session needs and nothing more, so
// that HTTP is the same over TCP, a Unix socket and TLS. Web thread only.
#pragma once

#include <utility>  // boost/asio.hpp 1.74 forgets it for std::exchange under C++20

#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <functional>
#include <vector>

namespace mtls::daemon::web::tls {

/// Of any family: TCP over IPv4 and IPv6, Unix.
using Socket = boost::asio::generic::stream_protocol::socket;

/// One operation of each kind at a time. Deadlines are the caller's: closing socket() makes what is
/// under way fail, cancelling it makes only that fail.
class Stream {
 public:
  using Error = boost::system::error_code;
  using Opened = std::function<void(const Error&)>;
  using Transferred = std::function<void(const Error&, std::size_t)>;

  virtual ~Stream() = default;

  /// A handshake comes before HTTP.
  virtual bool needs_opening() const = 0;
  /// That handshake, once the client has said something: until then it would cost memory.
  virtual void open(Opened done) = 0;
  /// Until there is something to read, be it the end; holds no buffer meanwhile.
  virtual void await_bytes(Opened done) = 0;
  /// At least one byte, or an error.
  virtual void read_some(boost::asio::mutable_buffer into, Transferred done) = 0;
  /// All of it, or an error. What the buffers point to must live until then.
  virtual void write(const std::vector<boost::asio::const_buffer>& buffers, Transferred done) = 0;
  /// Tells the client that no more will come; what it still sends can be read.
  virtual void finish(Opened done) = 0;

  virtual Socket& socket() = 0;
};

}  // namespace mtls::daemon::web::tls
