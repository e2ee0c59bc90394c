// The HTTP front: Boost.Beast on its own io_context on its own thread. A request never waits for an
// evaluation, and no client can make another one wait: deadlines, a connection cap that evicts, and
// no pause in accepting.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "daemon/web/auth/live_web_config.h"
#include "daemon/web/http/site.h"

namespace mtls::daemon::web {

struct WebOptions {
  /// As parse_listen_address has them; port 0 = any free one.
  std::vector<std::string> listen_addresses{":10059"};
  /// Descriptors of bound sockets to take over; if there are any, they are served alone.
  std::vector<int> inherited_sockets{};
  /// Beyond: the longest waiting one is evicted. Half the descriptors the process has left,
  /// if that is less.
  std::size_t max_connections = 512;
  std::size_t max_connections_per_peer = 256;     // likewise
  std::chrono::milliseconds eviction_grace{500};  // younger connections are not evicted
  std::size_t max_crowd = 2048;                   // beyond: those that wait are, however young
  /// For what comes before HTTP: a TLS handshake.
  std::chrono::milliseconds handshake_deadline = std::chrono::seconds{5};
  std::size_t max_handshakes = 128;  // beyond: the longest waiting one is evicted
  /// 15 KiB each; beyond: the longest waiting one is evicted, however young.
  std::size_t max_tls_sessions = 128;
  /// From the first byte of a request to the end of its head.
  std::chrono::milliseconds head_deadline = std::chrono::seconds{5};
  /// Between the requests of one connection, and before the first.
  std::chrono::milliseconds idle_deadline = std::chrono::seconds{60};
  /// To hand one answer over to the kernel.
  std::chrono::milliseconds write_deadline = std::chrono::seconds{10};
  std::size_t max_head_bytes = 8192;
  std::size_t max_requests = 0;  // answered at once; beyond: 503; 0: as many as connections
};

/// Answers so far by status code, for `nginx_mtls_exporter_http_requests_total`. Any thread.
class RequestCounts {
 public:
  void add(int status);
  /// Only the codes that were answered at least once.
  std::map<int, std::uint64_t> snapshot() const;

 private:
  static constexpr std::size_t kCodes = 600;
  std::array<std::atomic<std::uint64_t>, kCodes> counts_{};
};

class WebServer {
 public:
  /// Binds and starts answering. kInvalidArgument: an address makes no sense; kUnreadable: it
  /// cannot be bound, or there is no descriptor or thread left for the server (says why).
  /// `site` and `counts` must outlive the server. `config`: nullptr serves plain HTTP to everybody.
  static base::Result<std::unique_ptr<WebServer>> start(
      const WebOptions& options, http::Site& site, RequestCounts& counts,
      std::unique_ptr<auth::LiveWebConfig> config = nullptr);

  virtual ~WebServer() = default;  // stops
  /// `127.0.0.1:10059` or `unix:/PATH`, one per bound socket, with the ports the kernel chose.
  virtual std::vector<std::string> addresses() const = 0;
  /// Stops accepting, lets answers under way finish for at most 1.5 s, joins the thread. A second
  /// call does nothing.
  virtual void stop() = 0;
};

}  // namespace mtls::daemon::web
