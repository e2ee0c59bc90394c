// Received bytes in, one request head out: Beast's grammar, minus what it accepts and we refuse.
// Pure; knows no sockets.
#pragma once

#include <utility>  // boost/asio.hpp 1.74 forgets it for std::exchange under C++20

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstddef>
#include <optional>
#include <string_view>

namespace mtls::daemon::web::http {

using RequestHead = boost::beast::http::request<boost::beast::http::empty_body>;

/// A scraper sends about five fields.
inline constexpr std::ptrdiff_t kMaxFields = 100;

/// For one request; the next one gets a reader of its own.
class RequestReader {
 public:
  enum class State { kIncomplete, kComplete, kRefused };

  /// `max_bytes`: for start line, fields and the empty line together.
  explicit RequestReader(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// `received`: every byte since the end of the previous head, including those that earlier calls
  /// saw.
  State read(std::string_view received);

  /// What is known after the first read(); the whole head when complete.
  const RequestHead& head() const { return parser_->get(); }
  /// When complete: the length of the head in bytes.
  std::size_t size() const { return size_; }
  /// When refused: 400 (grammar, framing), 413 (a body beyond Beast's 1 MiB), 431 (too large).
  int status() const { return status_; }

 private:
  State refuse(int status);
  State judge(std::string_view head);

  std::size_t max_bytes_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::empty_body>> parser_;
  std::size_t size_ = 0;
  int status_ = 0;
};

/// Whether a body follows. None is ever read: it would be taken for the next request.
bool announces_body(const RequestHead& head);

}  // namespace mtls::daemon::web::http
