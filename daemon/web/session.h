// One connection: read a head, answer, and again while it is kept alive; a deadline on every step.
// Owned by its pending operations: with the last one the session and its socket are gone.
#pragma once

#include <utility>  // boost/asio.hpp 1.74 forgets it for std::exchange under C++20

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "daemon/web/answer.h"
#include "daemon/web/connections.h"
#include "daemon/web/server.h"
#include "daemon/web/site.h"

namespace mtls::daemon {

/// What every session shares; outlives them all.
struct WebContext {
  const WebOptions& options;
  Site& site;
  RequestCounts& counts;
  Connections& connections;
};

class Session final : public Connection, public std::enable_shared_from_this<Session> {
 public:
  Session(boost::asio::ip::tcp::socket socket, const WebContext& context);
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void start();
  void close() override;

 private:
  using Error = boost::system::error_code;
  using Parser = boost::beast::http::request_parser<boost::beast::http::empty_body>;

  void wait_for_request();
  void read_head();
  void on_head(const Error& error);
  void write_answer();
  void on_written(const Error& error);
  void begin_drain();
  void drain(std::size_t budget);

  WebContext context_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;  // received and not yet parsed
  std::optional<Parser> parser_;      // one per request
  Answer answer_;                     // keeps the parts alive while they are written
  std::optional<Connections::Place> place_;
};

}  // namespace mtls::daemon
