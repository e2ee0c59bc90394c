// What the HTTP server is started with: where to listen, limits and deadlines. Plain values; the
// defaults are the daemon's.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace mtls::daemon::web {

struct WebOptions {
  /// In the form that parse_listen_address() takes; port 0: any free port.
  std::vector<std::string> listen_addresses{":10059"};
  /// Descriptors of bound sockets to take over. If there are any, the addresses are ignored.
  std::vector<int> inherited_sockets{};
  /// Beyond this the connection that has waited longest is evicted. At most half of the descriptors
  /// that the process has left.
  std::size_t max_connections = 512;
  std::size_t max_connections_per_peer = 256;     // likewise
  std::chrono::milliseconds eviction_grace{500};  // younger connections are not evicted
  std::size_t max_crowd = 2048;                   // beyond this even young ones are evicted
  /// For the TLS handshake, which comes before HTTP.
  std::chrono::milliseconds handshake_deadline = std::chrono::seconds{5};
  std::size_t max_handshakes = 128;  // beyond this the longest waiting one is evicted
  /// Each takes 15 KiB. Beyond this the longest waiting one is evicted, however young it is.
  std::size_t max_tls_sessions = 128;
  /// From the first byte of a request to the end of its head.
  std::chrono::milliseconds head_deadline = std::chrono::seconds{5};
  /// Between the requests of one connection, and before the first.
  std::chrono::milliseconds idle_deadline = std::chrono::seconds{60};
  /// To hand one answer to the kernel.
  std::chrono::milliseconds write_deadline = std::chrono::seconds{10};
  std::size_t max_head_bytes = 8192;
  std::size_t max_requests = 0;  // answered at once, others get 503; 0: no limit
};

}  // namespace mtls::daemon::web
