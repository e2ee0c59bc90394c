// The HTTP server: Boost.Beast with an io_context and a thread of its own. A request never waits
// for an evaluation, and no client can make another one wait: there are deadlines, a limit beyond
// which connections are evicted, and no pause in accepting. Knows nothing of nginx or certificates.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "daemon/web/auth/live_web_config.h"
#include "daemon/web/http/site.h"
#include "daemon/web/request_counts.h"
#include "daemon/web/web_options.h"

namespace mtls::daemon::web {

class WebServer {
 public:
  /// Binds the addresses and starts answering. kInvalidArgument: an address is malformed.
  /// kUnreadable: an address cannot be bound, or there is no descriptor or thread left for the
  /// server; the message says why. `site` and `counts` must outlive the server. `config`: nullptr
  /// serves plain HTTP to everybody.
  static base::Result<std::unique_ptr<WebServer>> start(
      const WebOptions& options, http::Site& site, RequestCounts& counts,
      std::unique_ptr<auth::LiveWebConfig> config = nullptr);

  virtual ~WebServer() = default;  // stops
  /// `127.0.0.1:10059` or `unix:/PATH`, one for each bound socket, with the ports that the kernel
  /// chose.
  virtual std::vector<std::string> addresses() const = 0;
  /// Stops accepting, lets answers under way finish for at most 1.5 s, and joins the thread. A
  /// second call does nothing.
  virtual void stop() = 0;
};

}  // namespace mtls::daemon::web
