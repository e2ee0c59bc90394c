// One connection: read a head, answer, and again while it is kept alive; a deadline on every step.
// Owned by its pending operations: with the last one the session and its socket are gone.
#pragma once

#include <utility>  // boost/asio.hpp 1.74 forgets it for std::exchange under C++20

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "daemon/web/auth/gate.h"
#include "daemon/web/connections.h"
#include "daemon/web/handshake_queue.h"
#include "daemon/web/http/answer.h"
#include "daemon/web/http/request_reader.h"
#include "daemon/web/http/site.h"
#include "daemon/web/server.h"
#include "daemon/web/tls/stream.h"

namespace mtls::daemon::web {

/// What every session shares; outlives them all.
struct WebContext {
  const WebOptions& options;
  http::Site& site;
  RequestCounts& counts;
  Connections& connections;
  auth::AccessGate& gate;
  HandshakeQueue& openings;
};

class Session final : public Connection, public std::enable_shared_from_this<Session> {
 public:
  /// `peer`: whom it counts for, see peer_of.
  Session(std::unique_ptr<tls::Stream> stream, std::string peer, const WebContext& context);
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void start();
  void close() override;

 private:
  using Error = boost::system::error_code;
  enum class Step { kOpening, kIdle, kReadingHead, kAnswering, kDraining };

  void enter(Step step, std::chrono::milliseconds limit);
  void on_deadline();
  void open();
  void wait_for_request();
  void begin_request();
  void read();
  void on_read(const Error& error);
  void on_received();
  void admit();
  void answer(http::Response answer);
  void on_written(const Error& error);
  void on_finished();
  void drain(std::size_t budget);

  WebContext context_;
  std::unique_ptr<tls::Stream> stream_;
  boost::asio::steady_timer deadline_;
  Step step_ = Step::kOpening;
  bool head_is_late_ = false;
  // None of these costs memory while nothing of a request has come.
  boost::beast::flat_buffer received_;           // and not yet understood
  std::unique_ptr<http::RequestReader> reader_;  // one per request
  http::Response answer_;                        // keeps the parts alive while they are written
  std::optional<Connections::Place> place_;
};

}  // namespace mtls::daemon::web
