#include "daemon/web/session.h"

#include <boost/asio/buffer.hpp>
#include <string_view>
#include <vector>

namespace mtls::daemon::web {
namespace {

namespace asio = boost::asio;

// The head of a request by Prometheus has about 400 bytes.
constexpr std::size_t kReadBytes = 1024;

// After the last answer of a connection, what the client still sends is read and discarded: closing
// with unread bytes would send an RST, which may overtake the answer.
constexpr std::chrono::seconds kDrainDeadline{1};
constexpr std::size_t kDrainBytes = std::size_t{256} * 1024;

std::string_view view(const boost::beast::flat_buffer& buffer) {
  return {static_cast<const char*>(buffer.cdata().data()), buffer.size()};
}

}  // namespace

Session::Session(std::unique_ptr<tls::Stream> stream, std::string peer, const WebContext& context)
    : context_(context), stream_(std::move(stream)), deadline_(stream_->socket().get_executor()) {
  slot_ = context_.connections.add(*this, std::move(peer), Connections::Clock::now());
}

Session::~Session() {
  if (slot_) context_.connections.remove(*slot_);
}

void Session::start() {
  if (!stream_->needs_handshake()) return wait_for_request();
  enter(Step::kHandshake, context_.options.handshake_deadline);
  stream_->await_bytes([self = shared_from_this()](const Error& error) {
    if (error || !self->slot_) return;
    self->context_.handshakes.add([self] {
      if (self->slot_) self->begin_handshake();
    });
  });
}

void Session::begin_handshake() {
  const auto now = Connections::Clock::now();
  context_.connections.enter(*slot_, Phase::kHandshake, now);
  context_.connections.evict(now);
  if (!slot_) return;
  stream_->handshake([self = shared_from_this()](const Error& error) {
    if (error || !self->slot_) return;
    self->context_.connections.enter(*self->slot_, Phase::kWaiting, Connections::Clock::now());
    self->wait_for_request();
  });
}

void Session::close() {
  if (!slot_) return;
  context_.connections.remove(*slot_);
  slot_.reset();
  deadline_.cancel();
  Error ignored;
  stream_->socket().close(ignored);
}

void Session::enter(Step step, std::chrono::milliseconds limit) {
  step_ = step;
  deadline_.expires_after(limit);
  deadline_.async_wait([weak = weak_from_this()](const Error& cancelled) {
    if (const auto self = weak.lock(); self && !cancelled) self->on_deadline();
  });
}

// Only an incomplete head gets an answer (408); a client that sent nothing does not wait for one.
void Session::on_deadline() {
  if (deadline_.expiry() > asio::steady_timer::clock_type::now())
    return;  // another deadline has begun
  if (step_ != Step::kReadingHead) return close();
  head_is_late_ = true;
  Error ignored;
  stream_->socket().cancel(ignored);
}

void Session::wait_for_request() {
  enter(Step::kIdle, context_.options.idle_deadline);
  if (received_.size() > 0) {  // pipelined
    begin_request();
    return on_received();
  }
  received_.shrink_to_fit();
  reader_.reset();
  stream_->await_bytes([self = shared_from_this()](const Error& error) {
    if (error || !self->slot_) return;
    self->begin_request();
    self->read();
  });
}

void Session::begin_request() {
  reader_ = std::make_unique<http::RequestReader>(context_.options.max_head_bytes);
}

void Session::read() {
  stream_->read_some(received_.prepare(kReadBytes),
                     [self = shared_from_this()](const Error& error, std::size_t n) {
                       self->received_.commit(n);
                       self->on_read(error);
                     });
}

void Session::on_read(const Error& error) {
  if (!slot_) return;
  if (head_is_late_) return respond(http::refusal(408, reader_->head()));
  if (!error) on_received();
}

void Session::on_received() {
  switch (reader_->read(view(received_))) {
    case http::RequestReader::State::kIncomplete:
      if (step_ == Step::kIdle) enter(Step::kReadingHead, context_.options.head_deadline);
      return read();
    case http::RequestReader::State::kRefused:
      return respond(http::refusal(reader_->status(), reader_->head()));
    case http::RequestReader::State::kComplete: received_.consume(reader_->size()); return admit();
  }
}

// Checking a password takes a while, on another thread, and so may making a page; the deadline of
// the answer covers both.
void Session::admit() {
  const std::size_t most = context_.options.max_requests;
  if (most > 0 && context_.connections.answering() >= most) {
    return respond(http::refusal(503, reader_->head()));
  }
  enter(Step::kAnswering, context_.options.write_deadline);
  context_.connections.enter(*slot_, Phase::kAnswering, Connections::Clock::now());
  context_.gate.admit(
      reader_->head(), [self = shared_from_this()](const auth::Admission& admission) {
        if (!self->slot_) return;
        const http::RequestHead& head = self->reader_->head();
        if (admission.refusal != 0)
          return self->respond(http::refusal(admission.refusal, head, admission.headers));
        http::response_to(head, self->context_.site,
                          {.headers = admission.headers,
                           .post = self->context_.post,
                           .done = [self](http::Response response) {
                             if (self->slot_) self->respond(std::move(response));
                           }});
      });
}

void Session::respond(http::Response response) {
  response_ = std::move(response);
  context_.counts.add(response_.status);
  context_.connections.enter(*slot_, Phase::kAnswering, Connections::Clock::now());
  std::vector<asio::const_buffer> buffers{asio::buffer(response_.head)};
  for (const auto& part : response_.body) {
    if (!part->empty()) buffers.push_back(asio::buffer(*part));
  }
  enter(Step::kAnswering, context_.options.write_deadline);
  stream_->write(buffers, [self = shared_from_this()](const Error& error, std::size_t) {
    self->on_written(error);
  });
}

void Session::on_written(const Error& error) {
  if (error || !slot_) return;
  const bool keep_alive = response_.keep_alive && !context_.connections.stopping();
  response_ = {};
  if (keep_alive) {
    context_.connections.enter(*slot_, Phase::kWaiting, Connections::Clock::now());
    return wait_for_request();
  }
  enter(Step::kDraining, kDrainDeadline);
  stream_->finish([self = shared_from_this()](const Error&) { self->on_finished(); });
}

void Session::on_finished() {
  if (!slot_) return;
  if (context_.connections.stopping()) return close();
  context_.connections.enter(*slot_, Phase::kWaiting, Connections::Clock::now());
  received_.clear();
  drain(kDrainBytes);
}

void Session::drain(std::size_t budget) {
  stream_->read_some(received_.prepare(kReadBytes),
                     [self = shared_from_this(), budget](const Error& error, std::size_t n) {
                       if (!error && n < budget) self->drain(budget - n);
                     });
}

}  // namespace mtls::daemon::web
