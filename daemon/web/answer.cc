#include "daemon/web/answer.h"

#include <array>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>
#include <ctime>
#include <numeric>
#include <string_view>

namespace mtls::daemon {
namespace {

namespace http = boost::beast::http;

struct Line {
  bool keep_alive = false;
  bool say_keep_alive = false;  // HTTP/1.0 clients have to be told
  bool with_body = true;        // false: HEAD
};

// RFC 9110 §5.6.7, IMF-fixdate; the process never leaves the C locale.
std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  const std::size_t n = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  return {text.data(), n};
}

std::string reason(int status) {
  const auto text = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status)));
  return {text.data(), text.size()};
}

std::size_t body_size(const Page& page) {
  return std::accumulate(page.parts.begin(), page.parts.end(), std::size_t{0},
                         [](std::size_t sum, const auto& part) { return sum + part->size(); });
}

Answer compose(Page page, const Line& line) {
  std::string head = "HTTP/1.1 " + std::to_string(page.status) + " " + reason(page.status) +
                     "\r\nDate: " + http_date() + "\r\nContent-Type: " + page.content_type +
                     "\r\nContent-Length: " + std::to_string(body_size(page)) +
                     "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
  if (page.content_type.starts_with("text/html")) {
    head += "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n";
  }
  if (page.status == 405) head += "Allow: GET, HEAD\r\n";
  if (!line.keep_alive) head += "Connection: close\r\n";
  if (line.say_keep_alive) head += "Connection: keep-alive\r\n";
  head += "\r\n";
  if (!line.with_body) page.parts.clear();
  return {page.status, std::move(head), std::move(page.parts), line.keep_alive};
}

// Status and reason are all a client learns from an error: no path, no detail.
Page error_page(int status) {
  const std::string text = std::to_string(status) + " " + reason(status) + "\n";
  return {status, "text/plain; charset=utf-8", {std::make_shared<const std::string>(text)}};
}

}  // namespace

Answer answer_to(const RequestHead& request, Site& site) {
  // The connection closes after 405 too: other methods may bring a body.
  const bool head_only = request.method() == http::verb::head;
  if (request.method() != http::verb::get && !head_only) return refusal(405, request);
  if (announces_body(request)) return refusal(413, request);
  const std::string_view target(request.target().data(), request.target().size());
  if (!target.starts_with('/')) return refusal(400, request);

  const Line line{.keep_alive = request.keep_alive(),
                  .say_keep_alive = request.keep_alive() && request.version() < 11,
                  .with_body = !head_only};
  std::optional<Page> page = site.get(target.substr(0, target.find('?')));
  return compose(page ? std::move(*page) : error_page(404), line);
}

Answer refusal(int status, const RequestHead& request) {
  return compose(error_page(status), {.with_body = request.method() != http::verb::head});
}

}  // namespace mtls::daemon
