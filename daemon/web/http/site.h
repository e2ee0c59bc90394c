// What the HTTP front asks of the rest of the daemon: a path in, bytes out. The front knows HTTP,
// not certificates.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/web/http/body.h"

namespace mtls::daemon::web::http {

struct PageRequest {
  std::string_view path;         // the request target without its query
  std::string_view accept = "";  // all values of Accept
};

struct Page {
  int status = 200;
  std::string content_type;
  /// The body, in order. Sent as gzip to who likes that, if some part is deflated already.
  std::vector<Part> parts;
};

/// Called on the web thread only; must not block.
class Site {
 public:
  virtual ~Site() = default;
  /// nullopt: 404.
  virtual std::optional<Page> get(const PageRequest& request) = 0;
  /// A path that takes POST takes nothing else.
  virtual bool takes_post(std::string_view path) const = 0;
  /// Only for such a path.
  virtual Page post(std::string_view path) = 0;
};

}  // namespace mtls::daemon::web::http
