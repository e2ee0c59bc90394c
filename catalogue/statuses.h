// The statuses with which nginx itself answers clients about their certificates, explained for
// whoever is on call: a table, one row for each status. Pure.
#pragma once

#include <span>
#include <string_view>

namespace mtls::catalogue {

struct Status {
  int code = 0;
  bool is_nginx_own = false;  // no other software has this number: it counts inside a line, too
  std::string_view meaning;
  std::string_view cause;  // or causes, the likeliest first
  std::string_view remedy;
};

/// By number.
std::span<const Status> statuses();

/// `line` is the number, or has one of nginx's own behind words that announce a status
/// (`HTTP/1.1" 496`, `status=496`, `error_page 496`). nullptr: it has none.
const Status* find_status(std::string_view line);

}  // namespace mtls::catalogue
