// A Stream over TLS. Holds on to the context it was opened with: a newer certificate is for newer
// connections.
#pragma once

#include "daemon/web/stream.h"

#include <boost/asio/ssl/stream.hpp>
#include <memory>

#include "daemon/web/tls_context.h"

namespace mtls::daemon {

class TlsStream final : public Stream {
 public:
  TlsStream(Socket socket, std::shared_ptr<TlsContext> context)
      : context_(std::move(context)), tls_(std::move(socket), context_->get()) {}

  void open(Opened done) override;
  void read_some(boost::asio::mutable_buffer into, Transferred done) override;
  void write(const std::vector<boost::asio::const_buffer>& buffers, Transferred done) override;
  void finish(Opened done) override;
  Socket& socket() override { return tls_.next_layer(); }

 private:
  std::shared_ptr<TlsContext> context_;  // before what uses it
  boost::asio::ssl::stream<Socket> tls_;
  bool is_finished_ = false;
};

}  // namespace mtls::daemon
