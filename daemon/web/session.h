// One connection: reads a head, answers it, and starts again while the connection is kept alive;
// every step has a deadline. Pending operations own the session: when the last one ends, the
// session and its socket are gone. Web thread only.
#pragma once

#include <utility>  // boost/asio.hpp 1.74 forgets it for std::exchange under C++20

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "daemon/web/auth/access_gate.h"
#include "daemon/web/connections.h"
#include "daemon/web/handshake_queue.h"
#include "daemon/web/http/request_reader.h"
#include "daemon/web/http/response.h"
#include "daemon/web/http/site.h"
#include "daemon/web/request_counts.h"
#include "daemon/web/tls/stream.h"
#include "daemon/web/web_options.h"

namespace mtls::daemon::web {

/// What all sessions share; outlives them all.
struct WebContext {
  const WebOptions& options;
  http::Site& site;
  RequestCounts& counts;
  Connections& connections;
  auth::AccessGate& gate;
  HandshakeQueue& handshakes;
  http::Post post;
};

class Session final : public Connection, public std::enable_shared_from_this<Session> {
 public:
  /// `peer`: the client that it counts for, from peer_of().
  Session(std::unique_ptr<tls::Stream> stream, std::string peer, const WebContext& context);
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void start();
  void close() override;

 private:
  using Error = boost::system::error_code;
  enum class Step { kHandshake, kIdle, kReadingHead, kAnswering, kDraining };

  void enter(Step step, std::chrono::milliseconds limit);
  void on_deadline();
  void begin_handshake();
  void wait_for_request();
  void begin_request();
  void read();
  void on_read(const Error& error);
  void on_received();
  void admit();
  void respond(http::Response response);
  void on_written(const Error& error);
  void on_finished();
  void drain(std::size_t budget);

  WebContext context_;
  std::unique_ptr<tls::Stream> stream_;
  boost::asio::steady_timer deadline_;
  Step step_ = Step::kHandshake;
  bool head_is_late_ = false;
  // None of these takes memory before the first byte of a request.
  boost::beast::flat_buffer received_;           // bytes that are not yet parsed
  std::unique_ptr<http::RequestReader> reader_;  // one per request
  http::Response response_;                      // keeps its parts alive while they are written
  std::optional<Connections::Slot> slot_;
};

}  // namespace mtls::daemon::web
