#include "daemon/web/http/request_reader.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <cstdint>
#include <iterator>

namespace mtls::daemon::web::http {
namespace {

namespace http = boost::beast::http;

// RFC 9112 §5.2: a line that begins with white space continues the previous one. Beast joins them;
// proxies in front may not.
bool has_folded_line(std::string_view head) {
  return head.find("\n ") != std::string_view::npos || head.find("\n\t") != std::string_view::npos;
}

// RFC 9112 §3.2: exactly one Host in HTTP/1.1, and never two.
bool host_is_sound(const RequestHead& head) {
  const std::size_t hosts = head.count(http::field::host);
  return hosts == 1 || (hosts == 0 && head.version() < 11);
}

// RFC 9112 §6.1, §6.3: it must be unambiguous where the body ends. Beast accepts repeated equal
// values and lists in Content-Length; beside Transfer-Encoding it refuses the field.
bool framing_is_sound(const RequestHead& head) {
  if (head.count(http::field::content_length) > 1) return false;
  if (head[http::field::content_length].find(',') != boost::beast::string_view::npos) return false;
  if (head.count(http::field::transfer_encoding) == 0) return true;
  const auto coding = head[http::field::transfer_encoding];
  return head.version() == 11 && head.count(http::field::transfer_encoding) == 1 &&
         boost::beast::iequals(coding, "chunked");
}

int status_of(const boost::system::error_code& error) {
  if (error == http::error::header_limit) return 431;
  if (error == http::error::body_limit) return 413;
  return 400;
}

}  // namespace

// Parses from the start each time: after a piece that ends inside a line Beast only looks for the
// empty line, so it would wait until the deadline for something that can never become a head.
RequestReader::State RequestReader::read(std::string_view received) {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(max_bytes_));
  boost::system::error_code error;
  size_ = parser_->put(boost::asio::buffer(received.data(), received.size()), error);
  if (error && error != http::error::need_more) return refuse(status_of(error));
  if (!parser_->is_header_done()) return State::kIncomplete;
  return judge(received.substr(0, size_));
}

RequestReader::State RequestReader::judge(std::string_view text) {
  const RequestHead& request = head();
  const auto fields = std::distance(request.begin(), request.end());
  // Beast's limit may be exceeded by a few bytes.
  if (text.size() > max_bytes_ || fields > kMaxFields) return refuse(431);
  if (has_folded_line(text) || !host_is_sound(request) || !framing_is_sound(request)) {
    return refuse(400);
  }
  return State::kComplete;
}

RequestReader::State RequestReader::refuse(int status) {
  status_ = status;
  return State::kRefused;
}

bool announces_body(const RequestHead& head) {
  if (head.count(http::field::transfer_encoding) > 0) return true;
  const auto length = head[http::field::content_length];
  return length.find_first_not_of('0') != boost::beast::string_view::npos;
}

}  // namespace mtls::daemon::web::http
