#include "daemon/web/session.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <chrono>

namespace mtls::daemon {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

// Room for a head that is too large to be recognised as such: were the buffer full first, the error
// would be another one.
constexpr std::size_t kBufferSlack = 4096;
constexpr std::size_t kReadBytes = 4096;

// The kernel would otherwise take megabytes of an answer nobody reads, and the write deadline would
// never see the slow reader.
constexpr int kSendBufferBytes = 256 * 1024;

// After the last answer of a connection what the client still sends is read and thrown away:
// closing with unread bytes sends an RST, which may overtake the answer.
constexpr std::chrono::seconds kDrainDeadline{1};
constexpr std::size_t kDrainBytes = std::size_t{256} * 1024;

}  // namespace

Session::Session(asio::ip::tcp::socket socket, const WebContext& context)
    : context_(context),
      stream_(std::move(socket)),
      buffer_(context.options.max_head_bytes + kBufferSlack) {
  Error ignored;
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  stream_.socket().set_option(asio::socket_base::send_buffer_size(kSendBufferBytes), ignored);
  place_ = context_.connections.add(*this, Connections::Clock::now());
}

Session::~Session() {
  if (place_) context_.connections.remove(*place_);
}

void Session::start() { wait_for_request(); }

void Session::close() {
  if (!place_) return;
  context_.connections.remove(*place_);
  place_.reset();
  stream_.close();
}

// The deadlines of tcp_stream are absolute for a whole composed operation and are set before each.
void Session::wait_for_request() {
  if (buffer_.size() > 0) return read_head();  // pipelined
  stream_.expires_after(context_.options.idle_deadline);
  stream_.async_read_some(buffer_.prepare(kReadBytes),
                          [self = shared_from_this()](const Error& error, std::size_t n) {
                            if (error) return;
                            self->buffer_.commit(n);
                            self->read_head();
                          });
}

void Session::read_head() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(context_.options.max_head_bytes));
  stream_.expires_after(context_.options.head_deadline);
  http::async_read_header(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](const Error& error, std::size_t) { self->on_head(error); });
}

void Session::on_head(const Error& error) {
  if (!place_) return;  // evicted after the head was complete
  if (error) {
    std::optional<Answer> refusal = answer_to_unreadable_head(error);
    if (!refusal) return;
    answer_ = std::move(*refusal);
  } else {
    answer_ = answer_to(parser_->get(), context_.site);
  }
  write_answer();
}

void Session::write_answer() {
  context_.counts.add(answer_.status);
  context_.connections.enter(*place_, Phase::kAnswering, Connections::Clock::now());
  std::vector<asio::const_buffer> buffers{asio::buffer(answer_.head)};
  for (const auto& part : answer_.parts) {
    if (!part->empty()) buffers.push_back(asio::buffer(*part));
  }
  stream_.expires_after(context_.options.write_deadline);
  asio::async_write(stream_, buffers, [self = shared_from_this()](const Error& error, std::size_t) {
    self->on_written(error);
  });
}

void Session::on_written(const Error& error) {
  if (error || !place_) return;
  const bool keep_alive = answer_.keep_alive && !context_.connections.stopping();
  answer_ = {};
  if (!keep_alive) return begin_drain();
  context_.connections.enter(*place_, Phase::kWaiting, Connections::Clock::now());
  wait_for_request();
}

void Session::begin_drain() {
  Error ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  if (context_.connections.stopping()) return close();
  context_.connections.enter(*place_, Phase::kWaiting, Connections::Clock::now());
  buffer_.clear();
  stream_.expires_after(kDrainDeadline);
  drain(kDrainBytes);
}

void Session::drain(std::size_t budget) {
  stream_.async_read_some(buffer_.prepare(kReadBytes),
                          [self = shared_from_this(), budget](const Error& error, std::size_t n) {
                            if (!error && n < budget) self->drain(budget - n);
                          });
}

}  // namespace mtls::daemon
