// What the HTTP front asks of the rest of the daemon: a path in, bytes out. The front knows HTTP,
// not certificates.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mtls::daemon {

struct Page {
  int status = 200;
  std::string content_type;
  /// The body, in order; shared so that nothing is copied per request.
  std::vector<std::shared_ptr<const std::string>> parts;
};

/// Called on the web thread only; must not block.
class Site {
 public:
  virtual ~Site() = default;
  /// `path`: the request target without its query. nullopt: 404.
  virtual std::optional<Page> get(std::string_view path) = 0;
};

}  // namespace mtls::daemon
