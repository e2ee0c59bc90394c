// A Stream without TLS: every operation goes to the bare socket. Web thread only.
#pragma once

#include "daemon/web/tls/stream.h"

namespace mtls::daemon::web::tls {

class PlainStream final : public Stream {
 public:
  explicit PlainStream(Socket socket) : socket_(std::move(socket)) {}

  bool needs_handshake() const override { return false; }
  void handshake(Completed done) override;
  void await_bytes(Completed done) override;
  void read_some(boost::asio::mutable_buffer into, Transferred done) override;
  void write(const std::vector<boost::asio::const_buffer>& buffers, Transferred done) override;
  void finish(Completed done) override;
  Socket& socket() override { return socket_; }

 private:
  Socket socket_;
};

}  // namespace mtls::daemon::web::tls
