#include "daemon/web/tls/tls_stream.h"

#include <openssl/err.h>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <new>

namespace mtls::daemon::web::tls {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kMostAtOnce = std::size_t{1} << 20U;  // SSL_write(3) counts in int

}  // namespace

void TlsStream::handshake(Completed done) {
  tls_.reset(SSL_new(context_->get()));
  if (!tls_ || SSL_set_fd(tls_.get(), socket_.native_handle()) != 1) throw std::bad_alloc();
  carry_out([](SSL* tls) { return SSL_accept(tls); },
            [done = std::move(done)](const Error& error, std::size_t) { done(error); });
}

// A record may hold more than was read; the rest waits in OpenSSL, not in the kernel.
void TlsStream::await_bytes(Completed done) {
  if (tls_ && SSL_has_pending(tls_.get()) == 1) {
    return report({}, 0, [done = std::move(done)](const Error&, std::size_t) { done({}); });
  }
  socket_.async_wait(Socket::wait_read, std::move(done));
}

void TlsStream::read_some(asio::mutable_buffer into, Transferred done) {
  if (is_finished_) return socket_.async_read_some(into, std::move(done));
  carry_out([into](SSL* tls) { return SSL_read(tls, into.data(), static_cast<int>(into.size())); },
            std::move(done));
}

void TlsStream::write(const std::vector<asio::const_buffer>& buffers, Transferred done) {
  unwritten_.assign(buffers.rbegin(), buffers.rend());
  write_rest(0, std::move(done));
}

// The buffers are in reverse order, so the last one is next.
void TlsStream::write_rest(std::size_t written, Transferred done) {
  if (unwritten_.empty()) return report({}, written, std::move(done));
  const asio::const_buffer next = asio::buffer(unwritten_.back(), kMostAtOnce);
  carry_out([next](SSL* tls) { return SSL_write(tls, next.data(), static_cast<int>(next.size())); },
            [this, written, done = std::move(done)](const Error& error, std::size_t n) mutable {
              if (error) return done(error, written);
              unwritten_.back() += n;
              if (unwritten_.back().size() == 0) unwritten_.pop_back();
              write_rest(written + n, std::move(done));
            });
}

// Sends our close_notify and does not wait for the client's. What the client still sends is read
// from the bare socket and discarded.
void TlsStream::finish(Completed done) {
  is_finished_ = true;
  const auto say_goodbye = [](SSL* tls) {
    const int returned = SSL_shutdown(tls);
    return returned == 0 ? 1 : returned;
  };
  carry_out(say_goodbye, [this, done = std::move(done)](const Error&, std::size_t) {
    Error error;
    socket_.shutdown(Socket::shutdown_send, error);
    done(error);
  });
}

// A closed descriptor may belong to somebody else by now.
void TlsStream::carry_out(Call call, Transferred done) {
  if (!socket_.is_open()) return report(asio::error::operation_aborted, 0, std::move(done));
  ERR_clear_error();
  const int returned = call(tls_.get());
  const int state = SSL_get_error(tls_.get(), returned);
  ERR_clear_error();
  switch (state) {
    case SSL_ERROR_NONE: return report({}, static_cast<std::size_t>(returned), std::move(done));
    case SSL_ERROR_WANT_READ:
      return retry_when(Socket::wait_read, std::move(call), std::move(done));
    case SSL_ERROR_WANT_WRITE:
      return retry_when(Socket::wait_write, std::move(call), std::move(done));
    case SSL_ERROR_ZERO_RETURN: return report(asio::error::eof, 0, std::move(done));
    default: return report(asio::error::connection_aborted, 0, std::move(done));
  }
}

void TlsStream::retry_when(Socket::wait_type ready, Call call, Transferred done) {
  socket_.async_wait(
      ready, [this, call = std::move(call), done = std::move(done)](const Error& error) mutable {
        if (error) return done(error, 0);
        carry_out(std::move(call), std::move(done));
      });
}

// Reports never before the call that began the operation has returned: otherwise a client with many
// small records would cause a deep recursion and keep the thread to itself.
void TlsStream::report(const Error& error, std::size_t bytes, Transferred done) {
  asio::post(socket_.get_executor(),
             [error, bytes, done = std::move(done)] { done(error, bytes); });
}

}  // namespace mtls::daemon::web::tls
