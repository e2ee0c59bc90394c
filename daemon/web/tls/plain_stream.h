// A Stream that is the bare socket.
#pragma once

#include "daemon/web/tls/stream.h"

namespace mtls::daemon::web::tls {

class PlainStream final : public Stream {
 public:
  explicit PlainStream(Socket socket) : socket_(std::move(socket)) {}

  bool needs_opening() const override { return false; }
  void open(Opened done) override;
  void await_bytes(Opened done) override;
  void read_some(boost::asio::mutable_buffer into, Transferred done) override;
  void write(const std::vector<boost::asio::const_buffer>& buffers, Transferred done) override;
  void finish(Opened done) override;
  Socket& socket() override { return socket_; }

 private:
  Socket socket_;
};

}  // namespace mtls::daemon::web::tls
