// How many requests were answered with each status code. Counted on the web thread, read on any.
// Knows no requests.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>

namespace mtls::daemon::web {

/// Requests answered so far, by status code, for `nginx_mtls_exporter_http_requests_total`. Any
/// thread.
class RequestCounts {
 public:
  void add(int status);
  /// Only the status codes that were used at least once.
  std::map<int, std::uint64_t> snapshot() const;

 private:
  static constexpr std::size_t kCodes = 600;
  std::array<std::atomic<std::uint64_t>, kCodes> counts_{};
};

}  // namespace mtls::daemon::web
