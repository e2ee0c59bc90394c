// What the HTTP server asks of the rest of the daemon: a path in, bytes out. The server knows HTTP,
// not certificates. Web thread only.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/web/http/body.h"

namespace mtls::daemon::web::http {

/// Runs its argument on the web thread.
using Post = std::function<void(std::function<void()>)>;

struct PageRequest {
  std::string_view path;         // the request target without its query
  std::string_view query = "";   // what follows the first `?`
  std::string_view accept = "";  // all values of Accept
  Post post = {};
};

struct Page {
  int status = 200;
  std::string content_type;
  /// The parts of the body, in order. Sent as gzip to clients that accept it if at least one part
  /// is deflated already.
  std::vector<Part> parts;
  std::string_view content_security_policy = {};  // of HTML; "": nothing may be loaded or run
  std::chrono::seconds refresh{0};  // a browser is asked to load it again after this; 0: it is not
};

/// Called on the web thread only; must not block.
class Site {
 public:
  /// nullopt: 404.
  using Answer = std::function<void(std::optional<Page>)>;

  virtual ~Site() = default;
  /// Calls `answer` before it returns, or later through `request.post`, which also takes `answer`
  /// itself along: it may own what only the web thread may free.
  virtual void get(const PageRequest& request, Answer answer) = 0;
  /// A path that accepts POST accepts no other method.
  virtual bool takes_post(std::string_view path) const = 0;
  /// Only called for such a path.
  virtual Page post(std::string_view path) = 0;
};

}  // namespace mtls::daemon::web::http
