#include "catalogue/statuses.h"

#include <algorithm>
#include <array>

#include "catalogue/numbers.h"

namespace mtls::catalogue {
namespace {

// ngx_http_special_response.c, ngx_http_request.h (R3.50).
constexpr std::array kTable{
    Status{.code = 400,
           .meaning = "Where client certificates are asked for, nginx answers 400 in three cases, "
                      "told apart by the text of the page: The SSL certificate error (495), No "
                      "required SSL certificate was sent (496), The plain HTTP request was sent to "
                      "HTTPS port (497). Else the request itself is malformed.",
           .cause = "the line at level info of the error log tells it",
           .remedy =
               "Set error_log to level info for a while. In error_page name 495, 496 and 497: "
               "error_page 400 does not catch them."},
    Status{.code = 421,
           .meaning = "Misdirected Request: the Host header selects another server block than the "
                      "SNI did, and that block asks for client certificates.",
           .cause = "a browser that reuses a connection for a second name of the same certificate",
           .remedy = "Let the client open a connection for each name, or give each name a server "
                     "certificate of its own."},
    Status{.code = 494,
           .is_nginx_own = true,
           .meaning = "nginx's number for headers that are too large; the client sees 400.",
           .cause = "a proxy before nginx that hands a client certificate on in a header; cookies",
           .remedy = "Raise large_client_header_buffers (4 16k)."},
    Status{.code = 495,
           .is_nginx_own = true,
           .meaning =
               "nginx's number for a client certificate that it refused, for error_page; the "
               "client sees 400 The SSL certificate error, and so does the access log.",
           .cause = "client SSL certificate verify error: (N:reason) in the error log, at level "
                    "info, tells it",
           .remedy = "Run explain on that line. error_page 495 changes the page; with = it changes "
                     "the status, and with a location that serves content it lets the client in."},
    Status{.code = 496,
           .is_nginx_own = true,
           .meaning =
               "nginx's number for a client without a certificate where ssl_verify_client is "
               "on, for error_page; the client sees 400 No required SSL certificate was "
               "sent, and so does the access log.",
           .cause = "the client has no certificate, or none of a CA whose name nginx advertises",
           .remedy = "Give the client its certificate, and put the CA that issued it into "
                     "ssl_client_certificate."},
    Status{.code = 497,
           .is_nginx_own = true,
           .meaning =
               "nginx's number for plain HTTP on a TLS port, for error_page; the client sees "
               "400 The plain HTTP request was sent to HTTPS port. nginx has seen no "
               "certificate.",
           .cause = "http:// instead of https:// in a client, a health check or a load balancer",
           .remedy = "Use https:// there; error_page 497 =301 https://$host$request_uri sends "
                     "browsers over."},
    Status{.code = 499,
           .is_nginx_own = true,
           .meaning = "The client closed the connection before nginx had an answer. nginx did not "
                      "refuse its certificate: that would be 400.",
           .cause =
               "a backend that is slower than the client's patience; a load balancer's timeout; "
               "a backend that cannot be reached",
           .remedy = "Look at $upstream_response_time and at the timeouts of the client."},
};

// What announces a status in access logs, in configurations and in what tools print.
constexpr std::array kForms{
    NumberForm{.before = "\" "},          NumberForm{.before = "HTTP/1.1 "},
    NumberForm{.before = "HTTP/1.0 "},    NumberForm{.before = "HTTP/2 "},
    NumberForm{.before = "HTTP/2.0 "},    NumberForm{.before = "HTTP "},
    NumberForm{.before = "status "},      NumberForm{.before = "status="},
    NumberForm{.before = "status: "},     NumberForm{.before = "status\":"},
    NumberForm{.before = "status\": "},   NumberForm{.before = "status\":\""},
    NumberForm{.before = "status\": \""}, NumberForm{.before = "code "},
    NumberForm{.before = "code: "},       NumberForm{.before = "code="},
    NumberForm{.before = "error "},       NumberForm{.before = "returned error: "},
    NumberForm{.before = "error_page "},  NumberForm{.before = "error_page 495 "},
    NumberForm{.before = "return "},      NumberForm{.before = "returned "},
    NumberForm{.before = "got "},
};

const Status* row_of(int code) {
  const auto row = std::find_if(kTable.begin(), kTable.end(),
                                [&](const Status& status) { return status.code == code; });
  return row == kTable.end() ? nullptr : &*row;
}

// `495 SSL Certificate Error`
const Status* named_status(std::string_view line) {
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos || blank + 1 == line.size()) return nullptr;
  const char next = line[blank + 1];
  const bool is_letter = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z');
  const auto code = whole_number(line.substr(0, blank));
  const Status* row = code && is_letter ? row_of(*code) : nullptr;
  return row != nullptr && row->is_nginx_own ? row : nullptr;
}

}  // namespace

std::span<const Status> statuses() { return kTable; }

const Status* find_status(std::string_view line) {
  if (const auto code = whole_number(line)) return row_of(*code);
  if (const Status* row = named_status(line)) return row;
  for (const NumberForm& form : kForms) {
    for (const int code : numbers_behind(line, form)) {
      const Status* row = row_of(code);
      if (row != nullptr && row->is_nginx_own) return row;
    }
  }
  return nullptr;
}

}  // namespace mtls::catalogue
