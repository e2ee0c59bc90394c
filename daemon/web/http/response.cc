#include "daemon/web/http/response.h"

#include <algorithm>
#include <array>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>
#include <ctime>
#include <numeric>
#include <string_view>

#include "daemon/web/http/negotiation.h"

namespace mtls::daemon::web::http {
namespace {

namespace http = boost::beast::http;

// How a page is sent.
struct Delivery {
  bool keep_alive = false;
  bool say_keep_alive = false;  // HTTP/1.0 clients need the header
  bool with_body = true;        // false: HEAD
  bool gzip = false;            // only if the page has a deflated part
  std::string_view allow = "";  // with 405
  ConfiguredHeaders headers = {};
};

constexpr std::string_view kReading = "GET, HEAD";

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

bool is_compressible(const Page& page) {
  return std::any_of(page.parts.begin(), page.parts.end(),
                     [](const Part& part) { return part->crc32.has_value(); });
}

std::size_t size_of(const BodyBytes& body) {
  return std::accumulate(body.begin(), body.end(), std::size_t{0},
                         [](std::size_t sum, const auto& part) { return sum + part->size(); });
}

// Configured headers replace ours.
std::string safety_fields(const Page& page, const ConfiguredHeaders& configured) {
  ConfiguredHeaders headers{{"X-Content-Type-Options", "nosniff"}};
  if (page.content_type.starts_with("text/html")) {
    headers["Content-Security-Policy"] = page.content_security_policy.empty()
                                             ? "default-src 'none'"
                                             : std::string(page.content_security_policy);
  }
  for (const auto& [name, value] : configured) headers[name] = value;
  std::string fields;
  for (const auto& [name, value] : headers) fields.append(name + ": ").append(value + "\r\n");
  return fields;
}

// The lines between the status line and the empty line.
std::string fields_of(const Page& page, std::size_t body_size, const Delivery& delivery) {
  std::string fields = "Date: " + http_date() + "\r\nContent-Type: " + page.content_type +
                       "\r\nContent-Length: " + std::to_string(body_size) +
                       "\r\nCache-Control: no-store\r\n" + safety_fields(page, delivery.headers);
  if (page.refresh.count() > 0)
    fields += "Refresh: " + std::to_string(page.refresh.count()) + "\r\n";
  if (page.status == 401) fields += "WWW-Authenticate: Basic realm=\"nginx-mtls-exporter\"\r\n";
  if (is_compressible(page)) fields += "Vary: Accept, Accept-Encoding\r\n";
  if (delivery.gzip && is_compressible(page)) fields += "Content-Encoding: gzip\r\n";
  if (!delivery.allow.empty()) fields += "Allow: " + std::string(delivery.allow) + "\r\n";
  if (!delivery.keep_alive) fields += "Connection: close\r\n";
  if (delivery.say_keep_alive) fields += "Connection: keep-alive\r\n";
  return fields;
}

Response compose(const Page& page, const Delivery& delivery) {
  const bool gzip = delivery.gzip && is_compressible(page);
  BodyBytes body = gzip ? gzip_body(page.parts) : plain_body(page.parts);
  std::string head = "HTTP/1.1 " + std::to_string(page.status) + " " + reason(page.status) +
                     "\r\n" + fields_of(page, size_of(body), delivery) + "\r\n";
  if (!delivery.with_body) body.clear();
  return {page.status, std::move(head), std::move(body), delivery.keep_alive};
}

// A client learns only status and reason from an error: no path, no detail.
Page error_page(int status) {
  return {status,
          "text/plain; charset=utf-8",
          {body_part(std::to_string(status) + " " + reason(status) + "\n")}};
}

bool is_head(const RequestHead& request) { return request.method() == http::verb::head; }

// Other methods may have a body, so the connection closes.
Response refuse_method(const RequestHead& request, std::string_view allow,
                       const ConfiguredHeaders& headers) {
  return compose(error_page(405),
                 {.with_body = !is_head(request), .allow = allow, .headers = headers});
}

// RFC 9110 §5.3: a field that occurs more than once is one list.
std::string values_of(const RequestHead& request, http::field name) {
  std::string values;
  const auto [begin, end] = request.equal_range(name);
  for (auto field = begin; field != end; ++field) {
    if (!values.empty()) values += ", ";
    values.append(field->value().data(), field->value().size());
  }
  return values;
}

}  // namespace

void response_to(const RequestHead& request, Site& site, const Answering& answering) {
  const auto& [headers, post, done] = answering;
  const std::string_view target(request.target().data(), request.target().size());
  const std::size_t question = target.find('?');
  const std::string_view path = target.substr(0, question);
  const std::string_view query =
      question == std::string_view::npos ? std::string_view{} : target.substr(question + 1);
  const bool reads = request.method() == http::verb::get || is_head(request);
  const bool posts = request.method() == http::verb::post;
  const bool takes_post = site.takes_post(path);
  if (takes_post ? !posts : !reads) {
    return done(refuse_method(request, takes_post ? "POST" : kReading, headers));
  }
  if (announces_body(request)) return done(refusal(413, request, headers));
  if (!path.starts_with('/')) return done(refusal(400, request, headers));

  const Delivery delivery{.keep_alive = request.keep_alive(),
                          .say_keep_alive = request.keep_alive() && request.version() < 11,
                          .with_body = !is_head(request),
                          .gzip = prefers_gzip(values_of(request, http::field::accept_encoding)),
                          .headers = headers};
  if (posts) return done(compose(site.post(path), delivery));
  const std::string accept = values_of(request, http::field::accept);
  site.get({.path = path, .query = query, .accept = accept, .post = post},
           [delivery, done = done](std::optional<Page> page) {
             done(compose(page ? *page : error_page(404), delivery));
           });
}

Response refusal(int status, const RequestHead& request, const ConfiguredHeaders& headers) {
  return compose(error_page(status), {.with_body = !is_head(request), .headers = headers});
}

}  // namespace mtls::daemon::web::http
