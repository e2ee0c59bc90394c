// A Stream over TLS: OpenSSL on the bare socket, so that a waiting connection holds no buffers
// (Asio's ssl::stream holds 68 KiB). Keeps the context it was opened with; a newer certificate is
// used for newer connections. Web thread only.
#pragma once

#include "daemon/web/tls/stream.h"

#include <openssl/ssl.h>

#include <functional>
#include <memory>

#include "base/owned.h"
#include "daemon/web/tls/tls_context.h"

namespace mtls::daemon::web::tls {

class TlsStream final : public Stream {
 public:
  TlsStream(Socket socket, std::shared_ptr<TlsContext> context)
      : context_(std::move(context)), socket_(std::move(socket)) {}

  bool needs_handshake() const override { return true; }
  void handshake(Completed done) override;
  void await_bytes(Completed done) override;
  void read_some(boost::asio::mutable_buffer into, Transferred done) override;
  void write(const std::vector<boost::asio::const_buffer>& buffers, Transferred done) override;
  void finish(Completed done) override;
  Socket& socket() override { return socket_; }

 private:
  using Call = std::function<int(SSL*)>;  // its result goes to SSL_get_error(3)

  void write_rest(std::size_t written, Transferred done);
  void carry_out(Call call, Transferred done);
  void retry_when(Socket::wait_type ready, Call call, Transferred done);
  void report(const Error& error, std::size_t bytes, Transferred done);

  std::shared_ptr<TlsContext> context_;  // declared before what uses it
  Socket socket_;
  base::Owned<SSL, SSL_free> tls_;  // null until the client has sent something
  std::vector<boost::asio::const_buffer> unwritten_;
  bool is_finished_ = false;
};

}  // namespace mtls::daemon::web::tls
