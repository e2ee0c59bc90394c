#include "daemon/web/tls/plain_stream.h"

#include <boost/asio/write.hpp>

namespace mtls::daemon::web::tls {

void PlainStream::handshake(Completed done) { done({}); }

void PlainStream::await_bytes(Completed done) {
  socket_.async_wait(Socket::wait_read, std::move(done));
}

void PlainStream::read_some(boost::asio::mutable_buffer into, Transferred done) {
  socket_.async_read_some(into, std::move(done));
}

void PlainStream::write(const std::vector<boost::asio::const_buffer>& buffers, Transferred done) {
  boost::asio::async_write(socket_, buffers, std::move(done));
}

void PlainStream::finish(Completed done) {
  Error error;
  socket_.shutdown(Socket::shutdown_send, error);
  done(error);
}

}  // namespace mtls::daemon::web::tls
