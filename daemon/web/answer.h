// What is answered to one request head: status, header lines and body parts. Knows HTTP and the
// Site, no sockets; pure but for the clock behind the Date line.
#pragma once

#include <utility>  // boost/asio.hpp 1.74 forgets it for std::exchange under C++20

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/web/site.h"

namespace mtls::daemon {

using RequestHead = boost::beast::http::request<boost::beast::http::empty_body>;

struct Answer {
  int status = 0;
  std::string head;                                       // status line to the empty line
  std::vector<std::shared_ptr<const std::string>> parts;  // empty for HEAD
  bool keep_alive = false;
};

Answer answer_to(const RequestHead& request, Site& site);

/// For a head that Beast's parser refuses: 431 when it is too large, 400 for bad grammar. nullopt:
/// the connection failed, ended or timed out, there is nobody to answer.
std::optional<Answer> answer_to_unreadable_head(const boost::system::error_code& error);

}  // namespace mtls::daemon
