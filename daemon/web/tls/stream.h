// The bytes of one connection, whatever carries them: just what a Session needs, so that HTTP is
// the same over TCP, a Unix socket and TLS. Knows no HTTP. Web thread only.
#pragma once

#include <utility>  // boost/asio.hpp 1.74 forgets it for std::exchange under C++20

#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <functional>
#include <vector>

namespace mtls::daemon::web::tls {

/// A socket of any family: TCP over IPv4 or IPv6, or Unix.
using Socket = boost::asio::generic::stream_protocol::socket;

/// One operation of each kind at a time. The caller sets deadlines: closing socket() makes
/// everything under way fail, and so does cancelling it, which leaves it open.
class Stream {
 public:
  using Error = boost::system::error_code;
  using Completed = std::function<void(const Error&)>;
  using Transferred = std::function<void(const Error&, std::size_t)>;

  virtual ~Stream() = default;

  /// Whether a handshake comes before HTTP.
  virtual bool needs_handshake() const = 0;
  /// Performs that handshake. To be called once the client has sent something: until then it would
  /// only cost memory.
  virtual void handshake(Completed done) = 0;
  /// Waits until there is something to read, or the end; holds no buffer meanwhile.
  virtual void await_bytes(Completed done) = 0;
  /// Reads at least one byte, or fails.
  virtual void read_some(boost::asio::mutable_buffer into, Transferred done) = 0;
  /// Writes everything, or fails. What the buffers point to must live until then.
  virtual void write(const std::vector<boost::asio::const_buffer>& buffers, Transferred done) = 0;
  /// Tells the client that nothing more will come; what it still sends can be read.
  virtual void finish(Completed done) = 0;

  virtual Socket& socket() = 0;
};

}  // namespace mtls::daemon::web::tls
