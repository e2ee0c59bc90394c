#include "daemon/web/tls_stream.h"

#include <boost/asio/write.hpp>

namespace mtls::daemon {

void TlsStream::open(Opened done) {
  tls_.async_handshake(boost::asio::ssl::stream_base::server, std::move(done));
}

void TlsStream::read_some(boost::asio::mutable_buffer into, Transferred done) {
  if (is_finished_) return socket().async_read_some(into, std::move(done));
  tls_.async_read_some(into, std::move(done));
}

void TlsStream::write(const std::vector<boost::asio::const_buffer>& buffers, Transferred done) {
  boost::asio::async_write(tls_, buffers, std::move(done));
}

// close_notify, and the client's in return unless it goes on sending: that is read from the bare
// socket, by somebody who only throws it away.
void TlsStream::finish(Opened done) {
  is_finished_ = true;
  tls_.async_shutdown([this, done = std::move(done)](const Error&) {
    Error error;
    socket().shutdown(Socket::shutdown_send, error);
    done(error);
  });
}

}  // namespace mtls::daemon
